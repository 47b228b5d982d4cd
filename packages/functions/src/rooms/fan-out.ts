import { forEachOf } from "../realtime/realtime-table.ts";
import { pause } from "../signed-fetch.ts";
import { manageConnection } from "../ws.ts";
import type { Membership } from "./memberships.ts";

/** A socket opens only after `$connect` has returned: until then its connection is 410 to API Gateway. */
const openingMs = 30_000;
const openingAttempts = 5;

/** Who gets a message. */
export type Recipient = Pick<Membership, "id" | "joinedAt">;

/**
 * Posts one message to many connections; what fails for one never fails the others. Resolves the ids of
 * those that have closed.
 */
export async function fanOut(
  recipients: readonly Recipient[],
  data: string | Uint8Array,
): Promise<string[]> {
  const ids: string[] = [];
  await forEachOf(recipients, async (recipient) => {
    if (await hasClosed(recipient, data)) ids.push(recipient.id);
  });
  return ids;
}

/**
 * Posts to one connection. A connection that may still open stays where it is, even if this message does not
 * reach it. Retries of 429 and of AWS's own failures are the signed request's.
 */
async function hasClosed({ id, joinedAt }: Recipient, data: string | Uint8Array): Promise<boolean> {
  for (let attempt = 1; attempt <= openingAttempts; attempt++) {
    try {
      const response = await manageConnection(id, "POST", data);
      // Frees the socket.
      await response.arrayBuffer();
      if (response.status !== 410) break;
    } catch {
      // The network failed three times.
      break;
    }
    if (Date.now() - joinedAt >= openingMs) return true;
    await pause(attempt);
  }
  return false;
}
