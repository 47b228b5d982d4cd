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

/** A membership, as stored in the realtime table. */
export interface Membership {
  readonly id: string;
  /** JSON; null if it joined without one. */
  readonly member: string | null;
  /** Epoch milliseconds. */
  readonly joinedAt: number;
  /** The connection it took over from; its own id if none. */
  readonly formerId: string;
  /** Epoch milliseconds of the handshake in which it took over; its socket opens only afterwards. */
  readonly openedAt: number;
}

export const roomKey = (room: string): string => `room#${room}`;
export const connectionKey = (id: string): string => `connection#${id}`;
export const roomSide = (room: string, id: string): TableItem =>
  keyOf(roomKey(room), connectionKey(id));
export const connectionSide = (room: string, id: string): TableItem =>
  keyOf(connectionKey(id), roomKey(room));
const isMissing = "attribute_not_exists(pk)";
/** A membership that this connection took over. */
const isHeld = "holder = :id";

/**
 * Adds a connection to a room, or replaces its member and keeps the time of the first join. Resolves with `gone`
 * if the connection has closed, and `full` if the room has as many members as its kind allows.
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
  const attempt = (isNew: boolean, place: string | null): Promise<number | null> =>
    transact([
      part("ConditionCheck", keyOf(connectionKey(id), "closed"), isMissing),
      place === null
        ? part("Update", roomSide(room, id), isNew ? isMissing : undefined, set, values)
        : part("Update", roomSide(room, place), isHeld, set, { ...values, ":id": { S: id } }),
      part("Update", connectionSide(room, id), undefined, set, values),
      ...(isNew ? [counting(room, 1, limit)] : []),
    ]);
  const place = await placeOf(room, id);
  let failed = place === null ? 1 : await attempt(false, place);
  // Only a new member is counted; the transaction's condition decides whether it is new.
  if (failed === 1) failed = await attempt(limit !== null, null);
  if (failed === 1) failed = await attempt(false, null);
  return failed === null ? "done" : failed === 0 ? "gone" : "full";
}

/** Removes a connection, or the one that took over from it, from a room. */
export async function leave(room: string, id: string): Promise<void> {
  if (await leavePlace(room, id, await placeOf(room, id))) return;
  const successor = await successorOf(id);
  if (successor !== null) await leave(room, successor);
}

/** Resolves with false if it is not in the room: it has left, or rolled over. */
async function leavePlace(room: string, id: string, place: string | null): Promise<boolean> {
  const isCounted = limitOf(room, "members") !== null;
  const failed = await transact([
    // A member that has already left must not be counted twice.
    place === null
      ? part("Delete", roomSide(room, id), "attribute_exists(pk) AND attribute_not_exists(holder)")
      : part("Delete", roomSide(room, place), isHeld, undefined, { ":id": { S: id } }),
    part("Delete", connectionSide(room, id)),
    ...(isCounted ? [counting(room, -1, null)] : []),
  ]);
  return failed === null;
}

/** The previous connection under whose id this one is in a room after a roll-over; null if it is in it under its own id, or not at all. */
async function placeOf(room: string, id: string): Promise<string | null> {
  return (await attributeOf(connectionSide(room, id), "place"))?.S ?? null;
}

/** The connection that took over from this one; null for none. */
export async function successorOf(id: string): Promise<string | null> {
  return (await attributeOf(keyOf(connectionKey(id), "closed"), "movedTo"))?.S ?? null;
}

/** Reads an item that only a roll-over writes, which requires a login. */
async function attributeOf(
  Key: TableItem,
  name: "place" | "movedTo",
): Promise<AttributeValue | undefined> {
  if (process.env["ARC_WS_AUTH"] === undefined) return undefined;
  const request = { Key, ConsistentRead: true };
  const { Item } = await callTable<{ readonly Item?: TableItem }>("GetItem", request);
  return Item?.[name];
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

/** Members that have not expired, page by page. A member is one item, also after a roll-over. */
export async function* membersOf(room: string): AsyncGenerator<readonly Membership[]> {
  for await (const page of pagesOf(roomKey(room), connectionKey(""))) {
    yield page.map(({ sk, memberJson, joinedAt, holder, movedFrom, movedAt }) => {
      const id = holder?.S ?? sk?.S?.split("#")[1] ?? "";
      return {
        id,
        formerId: movedFrom?.S ?? id,
        member: memberJson?.S ?? null,
        joinedAt: Number(joinedAt?.N),
        openedAt: Number((movedAt ?? joinedAt)?.N),
      };
    });
  }
}

/** `chat:lobby` of `room#chat:lobby`. */
export function afterKind(key: AttributeValue | undefined): string {
  return key?.S?.replace(/^\w+#/, "") ?? "";
}

/** Rooms of a connection, including the platform's own. */
export async function roomsOf(id: string): Promise<string[]> {
  return (await roomRowsOf(id)).map(({ sk }) => afterKind(sk));
}

/** The membership items of a connection. */
export async function roomRowsOf(id: string): Promise<TableItem[]> {
  const rows: TableItem[] = [];
  for await (const page of pagesOf(connectionKey(id), roomKey(""))) rows.push(...page);
  return rows;
}

/** The identity (JSON) of this connection; null without a login. */
export async function identityOf(id: string): Promise<string | null> {
  const pages = pagesOf(connectionKey(id), roomKey(`${identityKind}:`));
  const { value } = await pages.next();
  return value?.[0]?.["memberJson"]?.S ?? null;
}

/** Counts a message of a connection. Resolves with false if it exceeds the room kind's rate in this second. */
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

/** Removes all members. */
export async function empty(room: string): Promise<void> {
  for await (const page of membersOf(room)) await forEachOf(page, ({ id }) => leave(room, id));
}

/** Removes a closed connection from all its rooms, and prevents further joins. */
export async function leaveAll(id: string): Promise<void> {
  // The item may already name the connection that took over.
  await callTable("UpdateItem", {
    Key: keyOf(connectionKey(id), "closed"),
    UpdateExpression: "SET expires = :expires",
    ExpressionAttributeValues: { ":expires": expiry() },
  });
  await forEachOf(await roomRowsOf(id), ({ sk, place }) =>
    leavePlace(afterKind(sk), id, place?.S ?? null),
  );
}
