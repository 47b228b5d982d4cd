import { callTable, expiry, isDone, keyOf } from "../realtime/realtime-table.ts";
import type { TableItem } from "../realtime/realtime-table.ts";
import type { AuthMemory } from "./auth-memory.ts";
import { ticketLifetimeMs } from "./ticket.ts";

/** A revocation counts for as long as a session may last that was issued before it: a year at most. */
const revocationMs = 366 * 24 * 60 * 60 * 1000;

/** Used tickets and revocations in the app's realtime table. */
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

/** Nothing counts any more that was issued to this person before now. */
export async function revoke(id: string): Promise<void> {
  await callTable("PutItem", {
    Item: {
      ...keyOf(`identity#${id}`, "revoked"),
      revokedAt: { N: String(Date.now()) },
      expires: expiry(revocationMs),
    },
  });
}
