import { tables } from "@arclet/functions";
import type { Line } from "./messages.ts";

/** Lines in one answer: with the longest texts they still fit into one message of 128 KB. */
const pageSize = 30;

/** Lines of a room, oldest first. */
export interface Page {
  readonly lines: readonly Line[];
  readonly hasEarlier: boolean;
}

/** Keeps a line. */
export async function keep(room: string, name: string, text: string): Promise<Line> {
  const { messages } = await tables();
  const at = `${new Date().toISOString()}-${crypto.randomUUID().slice(0, 8)}`;
  await messages.put({ room, at, name, text });
  return { at, name, text };
}

/** The last lines of a room, or those before `before`. */
export async function history(room: string, before: string | null): Promise<Page> {
  const { messages } = await tables();
  const { Items, LastEvaluatedKey } = await messages.query({
    KeyConditionExpression: before === null ? "room = :room" : "room = :room AND #at < :before",
    ExpressionAttributeValues: { ":room": room, ...(before === null ? {} : { ":before": before }) },
    ...(before === null ? {} : { ExpressionAttributeNames: { "#at": "at" } }),
    ScanIndexForward: false,
    Limit: pageSize,
    ConsistentRead: true,
  });
  return {
    lines: Items.map(({ at, name, text }) => ({ at, name, text })).reverse(),
    hasEarlier: LastEvaluatedKey !== undefined,
  };
}
