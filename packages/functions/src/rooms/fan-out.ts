import { forEachOf, pause } from "../realtime/realtime-table.ts";
import { manageConnection } from "../ws.ts";
import type { Membership } from "./memberships.ts";

/** A socket opens only after `$connect` has returned: until then its connection is 410 to API Gateway. */
const openingMs = 30_000;
const openingAttempts = 5;

/** Who gets a message. */
export type Recipient = Pick<Membership, "id" | "openedAt">;

/**
 * Posts one message to many connections; what fails for one never fails the others. Resolves the ids of
 * those that have closed.
 */
export async function fanOut(
  recipients: readonly Recipient[],
  data: string | Uint8Array,
): Promise<string[]> {
  const ids: string[] = [];
  await forEachOf(recipients, async ({ id, openedAt }) => {
    // A connection that may still open stays where it is, even if this message does not reach it.
    if ((await post(id, openedAt, data)) === gone && Date.now() - openedAt >= openingMs) {
      ids.push(id);
    }
  });
  return ids;
}

const gone = 410;

/** Resolves the HTTP status; retries of 429 and of AWS's own failures are the signed request's. */
async function post(id: string, openedAt: number, data: string | Uint8Array): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await manageConnection(id, "POST", data);
      // Frees the socket.
      await response.arrayBuffer();
      const { status } = response;
      const isOpening = status === gone && Date.now() - openedAt < openingMs;
      if (!isOpening || attempt === openingAttempts) return status;
    } catch {
      // The network failed three times.
      return 500;
    }
    await pause(attempt);
  }
}
