import { forEachOf } from "../realtime/realtime-table.ts";
import { pause } from "../signed-fetch.ts";
import { manageConnection } from "../ws.ts";
import type { Membership } from "./memberships.ts";

/** A socket opens only after `$connect` has returned. Until then, API Gateway responds with 410 to posts. */
const openingMs = 30_000;
const openingAttempts = 5;

/** Who gets a message. */
export type Recipient = Pick<Membership, "id" | "openedAt">;

/**
 * Posts one message to many connections; a failure for one does not affect the others. Resolves with the ids of
 * closed connections.
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
 * Posts to one connection. One that may still be opening stays in its rooms, even if this message does not reach
 * it. The signed request retries 429 and server errors.
 */
async function hasClosed({ id, openedAt }: Recipient, data: string | Uint8Array): Promise<boolean> {
  for (let attempt = 1; attempt <= openingAttempts; attempt++) {
    try {
      const response = await manageConnection(id, "POST", data);
      // Release the socket.
      await response.arrayBuffer();
      if (response.status !== 410) break;
    } catch {
      // The network failed on every attempt.
      break;
    }
    if (Date.now() - openedAt >= openingMs) return true;
    await pause(attempt);
  }
  return false;
}
