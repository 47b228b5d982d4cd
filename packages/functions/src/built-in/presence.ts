import type { PresenceRecord } from "../rooms/presence-event.ts";
import type { TableItem } from "../realtime/realtime-table.ts";
import { callUserHandler, type UserHandler } from "./user-handler.ts";

interface StreamRecord {
  readonly eventID: string;
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly dynamodb: { readonly NewImage?: TableItem; readonly OldImage?: TableItem };
}

/** Wraps the function of a kind with `presence true` on AWS: converts the table's stream to joins and leaves. */
export function aroundPresence(
  handler: UserHandler,
): (
  event: { readonly Records: readonly (StreamRecord | PresenceRecord)[] },
  context: unknown,
) => Promise<unknown> {
  return async (event, context) => {
    const Records = event.Records.flatMap((record) =>
      "dynamodb" in record ? presenceOf(record) : record,
    );
    if (Records.length === 0) return undefined;
    return callUserHandler(handler, { Records }, context);
  };
}

function presenceOf({ eventID, eventName, dynamodb }: StreamRecord): PresenceRecord[] {
  // Skip replaced members and roll-overs, which are neither joins nor leaves.
  if (eventName === "MODIFY") return [];
  const item = eventName === "INSERT" ? dynamodb.NewImage : dynamodb.OldImage;
  const { pk, sk, memberJson, joinedAt, holder } = item ?? {};
  const [, room] = /^room#(.+)$/s.exec(pk?.S ?? "") ?? [];
  const [, connectionId] = /^connection#(.+)$/s.exec(sk?.S ?? "") ?? [];
  if (room === undefined || connectionId === undefined) return [];
  return [
    {
      eventId: eventID,
      eventName: eventName === "INSERT" ? "JOIN" : "LEAVE",
      room,
      connectionId: holder?.S ?? connectionId,
      member: JSON.parse(memberJson?.S ?? "null"),
      joinedAt: Number(joinedAt?.N),
    },
  ];
}
