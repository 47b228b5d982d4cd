import { tables } from "@arclet/functions";
import type { Message } from "./protocol.ts";

interface Row extends Record<string, unknown>, Message {
  readonly room: string;
}

/** Lines in one answer: with the longest texts they still fit into one message of 128 KB. */
const pageSize = 30;

/** Keeps a line. */
export async function keep(room: string, name: string, text: string): Promise<Message> {
  const { messages } = await tables<{ messages: Row }>();
  const at = `${new Date().toISOString()}-${crypto.randomUUID().slice(0, 8)}`;
  const message: Message = { at, name, text };
  await messages.put({ room, ...message });
  return message;
}

/** The last lines of a room, or those before `before`; oldest first. */
export async function history(
  room: string,
  before: string | null,
): Promise<{ readonly messages: Message[]; readonly hasEarlier: boolean }> {
  const { messages } = await tables<{ messages: Row }>();
  const { Items, LastEvaluatedKey } = await messages.query({
    KeyConditionExpression: before === null ? "room = :room" : "room = :room AND #at < :before",
    ExpressionAttributeValues: { ":room": room, ...(before === null ? {} : { ":before": before }) },
    ...(before === null ? {} : { ExpressionAttributeNames: { "#at": "at" } }),
    ScanIndexForward: false,
    Limit: pageSize,
    ConsistentRead: true,
  });
  return {
    messages: Items.map(({ at, name, text }) => ({ at, name, text })).reverse(),
    hasEarlier: LastEvaluatedKey !== undefined,
  };
}
