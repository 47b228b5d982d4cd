import {
  callTable,
  expiry,
  forEachOf,
  keyOf,
  pagesOf,
  part,
  transact,
  type AttributeValue,
  type TableItem,
} from "../realtime/realtime-table.ts";
import { identityKind, limitOf } from "./room-name.ts";

/** A connection in a room, as the realtime table has it. */
export interface Membership {
  readonly id: string;
  /** JSON; null when it joined without any. */
  readonly member: string | null;
  /** Epoch milliseconds. */
  readonly joinedAt: number;
}

const roomKey = (room: string): string => `room#${room}`;
const connectionKey = (id: string): string => `connection#${id}`;
const roomSide = (room: string, id: string): TableItem => keyOf(roomKey(room), connectionKey(id));
const connectionSide = (room: string, id: string): TableItem =>
  keyOf(connectionKey(id), roomKey(room));
const isMissing = "attribute_not_exists(pk)";

/**
 * Puts a connection into a room, or replaces its member; the time of the first join stays. Resolves `gone`
 * when the connection has closed, `full` when the room has as many members as its kind allows.
 */
export async function join(
  room: string,
  id: string,
  member: string | null,
): Promise<"done" | "gone" | "full"> {
  const limit = limitOf(room, "members");
  const values = {
    ":now": { N: String(Date.now()) },
    ":expires": expiry(),
    ":member": member === null ? undefined : { S: member },
  };
  const set = `SET joinedAt = if_not_exists(joinedAt, :now), expires = :expires${member === null ? " REMOVE memberJson" : ", memberJson = :member"}`;
  const attempt = (isNew: boolean): Promise<number | null> =>
    transact([
      part("ConditionCheck", keyOf(connectionKey(id), "closed"), isMissing),
      part("Update", roomSide(room, id), isNew ? isMissing : undefined, set, values),
      part("Update", connectionSide(room, id), undefined, set, values),
      ...(isNew ? [counting(room, 1, limit)] : []),
    ]);
  // Only a new member counts; whether it is one decides itself in the transaction.
  let failed = await attempt(limit !== null);
  if (failed === 1) failed = await attempt(false);
  return failed === null ? "done" : failed === 0 ? "gone" : "full";
}

export async function leave(room: string, id: string): Promise<void> {
  const isCounted = limitOf(room, "members") !== null;
  await transact([
    // Who has left already must not count twice.
    part("Delete", roomSide(room, id), isCounted ? "attribute_exists(pk)" : undefined),
    part("Delete", connectionSide(room, id)),
    ...(isCounted ? [counting(room, -1, null)] : []),
  ]);
}

function counting(room: string, change: number, limit: number | null): object {
  return part(
    "Update",
    keyOf(roomKey(room), "count"),
    limit === null ? undefined : "attribute_not_exists(members) OR members < :limit",
    "ADD members :change",
    {
      ":change": { N: String(change) },
      ":limit": limit === null ? undefined : { N: String(limit) },
    },
  );
}

/** Members whose time has not run out, a page at a time. */
export async function* membersOf(room: string): AsyncGenerator<readonly Membership[]> {
  for await (const page of pagesOf(roomKey(room), connectionKey(""))) {
    yield page.map(({ sk, memberJson, joinedAt }) => ({
      id: sk?.S?.slice(connectionKey("").length) ?? "",
      member: memberJson?.S ?? null,
      joinedAt: Number(joinedAt?.N),
    }));
  }
}

/** `chat:lobby` of `room#chat:lobby`. */
function afterKind(key: AttributeValue | undefined): string {
  return key?.S?.replace(/^\w+#/, "") ?? "";
}

/** Rooms of a connection, the platform's own among them. */
export async function roomsOf(id: string): Promise<string[]> {
  const rooms: string[] = [];
  for await (const page of pagesOf(connectionKey(id), roomKey(""))) {
    rooms.push(...page.map(({ sk }) => afterKind(sk)));
  }
  return rooms;
}

/** The identity (JSON) of who has opened this connection; null where nobody logged in. */
export async function identityOf(id: string): Promise<string | null> {
  const pages = pagesOf(connectionKey(id), roomKey(`${identityKind}:`));
  const { value } = await pages.next();
  return value?.[0]?.["memberJson"]?.S ?? null;
}

/** Counts a message of a connection. False: it is beyond the rate of the room's kind in this second. */
export async function maySend(room: string, id: string): Promise<boolean> {
  const rate = limitOf(room, "rate");
  if (rate === null) return true;
  const second = Math.floor(Date.now() / 1000);
  const { Attributes } = await callTable<{ readonly Attributes: TableItem }>("UpdateItem", {
    Key: keyOf(connectionKey(id), `sent#${second}`),
    UpdateExpression: "SET expires = :expires ADD sent :one",
    ExpressionAttributeValues: { ":one": { N: "1" }, ":expires": expiry() },
    ReturnValues: "UPDATED_NEW",
  });
  return Number(Attributes["sent"]?.N) <= rate;
}

/** Everybody leaves. */
export async function empty(room: string): Promise<void> {
  for await (const page of membersOf(room)) await forEachOf(page, ({ id }) => leave(room, id));
}

/** Takes a connection that has closed out of all its rooms, and keeps it from joining any more. */
export async function leaveAll(id: string): Promise<void> {
  const Item = { ...keyOf(connectionKey(id), "closed"), expires: expiry() };
  await callTable("PutItem", { Item });
  await forEachOf(await roomsOf(id), (room) => leave(room, id));
}
