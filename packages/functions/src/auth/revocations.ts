import { callTable, expiry, isDone, keyOf } from "../realtime/realtime-table.ts";
import type { TableItem } from "../realtime/realtime-table.ts";
import type { AuthMemory } from "./auth-memory.ts";
import { ticketLifetimeMs } from "./ticket.ts";

/** A revocation is kept as long as a session issued before it may last: at most a year. */
const revocationMs = 366 * 24 * 60 * 60 * 1000;

/** Stores used tickets and revocations in the app's realtime table. */
export const tableMemory: AuthMemory = {
  useTicket({ nonce }) {
    return isDone(
      callTable("PutItem", {
        Item: { ...keyOf(`ticket#${nonce}`, "used"), expires: expiry(2 * ticketLifetimeMs) },
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    );
  },
  async revokedAt(id) {
    const { Item } = await callTable<{ readonly Item?: TableItem }>("GetItem", {
      Key: keyOf(`identity#${id}`, "revoked"),
      ConsistentRead: true,
    });
    return Number(Item?.["revokedAt"]?.N ?? 0);
  },
};

/** Revokes everything issued to this person so far. */
export async function revoke(id: string): Promise<void> {
  await callTable("PutItem", {
    Item: {
      ...keyOf(`identity#${id}`, "revoked"),
      revokedAt: { N: String(Date.now()) },
      expires: expiry(revocationMs),
    },
  });
}
