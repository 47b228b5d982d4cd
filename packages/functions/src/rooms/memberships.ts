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
  /** The connection whose place it has taken; null for none. */
  readonly formerId: string | null;
  /** Epoch milliseconds of the handshake that brought it here: its socket opens only afterwards. */
  readonly openedAt: number;
}

export const roomKey = (room: string): string => `room#${room}`;
export const connectionKey = (id: string): string => `connection#${id}`;
export const roomSide = (room: string, id: string): TableItem =>
  keyOf(roomKey(room), connectionKey(id));
export const connectionSide = (room: string, id: string): TableItem =>
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
  const limit = limitOf(room);
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

/** Resolves false when it is not in the room: it has left already, or rolled over. */
export async function leave(room: string, id: string): Promise<boolean> {
  const isLeft = await transact([
    // Who has left already must not count twice.
    part("Delete", roomSide(room, id), "attribute_exists(pk) AND attribute_not_exists(movedTo)"),
    part("Delete", connectionSide(room, id)),
    ...(limitOf(room) === null ? [] : [counting(room, -1, null)]),
  ]);
  return isLeft === null;
}

/** The connection that has taken the place of this one; null for none. Only who has logged in rolls over. */
export async function successorOf(id: string): Promise<string | null> {
  if (process.env["ARC_WS_AUTH"] === undefined) return null;
  return (await itemOf(keyOf(connectionKey(id), "closed")))?.["movedTo"]?.S ?? null;
}

async function itemOf(Key: TableItem): Promise<TableItem | undefined> {
  const request = { Key, ConsistentRead: true };
  return (await callTable<{ readonly Item?: TableItem }>("GetItem", request)).Item;
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

/**
 * Members whose time has not run out, a page at a time. A query is not isolated from a roll-over: whichever
 * of the two connections it meets, the member is there once.
 */
export async function* membersOf(room: string): AsyncGenerator<readonly Membership[]> {
  const seen = new Set<string>();
  /** Successors by the former ids of those that have moved on. */
  const moved = new Map<string, string>();
  for await (const page of pagesOf(roomKey(room), connectionKey(""))) {
    const met = page.filter(({ sk, movedFrom, movedTo }) => {
      const id = afterKind(sk);
      if (movedTo?.S !== undefined) moved.set(id, movedTo.S);
      else if (!seen.has(movedFrom?.S ?? id)) return seen.add(movedFrom?.S ?? id);
      return false;
    });
    yield met.map(memberOf);
  }
  for (const [former, id] of moved) {
    // Its successor has come after the query had passed its place, or has left.
    const row = seen.has(former) ? undefined : await itemOf(roomSide(room, id));
    if (row !== undefined && row["movedTo"] === undefined) yield [memberOf(row)];
  }
}

function memberOf({ sk, memberJson, joinedAt, movedFrom, movedAt }: TableItem): Membership {
  return {
    id: afterKind(sk),
    member: memberJson?.S ?? null,
    joinedAt: Number(joinedAt?.N),
    formerId: movedFrom?.S ?? null,
    openedAt: Number((movedAt ?? joinedAt)?.N),
  };
}

/** Ids of all connections that a room has rows of, a page at a time. */
export async function* connectionsOf(room: string): AsyncGenerator<readonly string[]> {
  for await (const page of pagesOf(roomKey(room), connectionKey(""))) {
    yield page.map(({ sk }) => afterKind(sk));
  }
}

/** `chat:lobby` of `room#chat:lobby`. */
export function afterKind(key: AttributeValue | undefined): string {
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
  const count = part(
    "Update",
    keyOf(connectionKey(id), `sent#${second}`),
    "attribute_not_exists(sent) OR sent < :rate",
    "SET expires = :expires ADD sent :one",
    { ":rate": { N: String(rate) }, ":one": { N: "1" }, ":expires": expiry() },
  );
  return (await transact([count])) === null;
}

/** Everybody leaves. */
export async function empty(room: string): Promise<void> {
  for await (const page of membersOf(room)) await forEachOf(page, ({ id }) => leave(room, id));
}

/** Takes a connection that has closed out of all its rooms, and keeps it from joining any more. */
export async function leaveAll(id: string): Promise<void> {
  await callTable("UpdateItem", {
    Key: keyOf(connectionKey(id), "closed"),
    UpdateExpression: "SET expires = :expires",
    ExpressionAttributeValues: { ":expires": expiry() },
  });
  await forEachOf(await roomsOf(id), async (room) => {
    if (await leave(room, id)) return;
    // Its successor is the member now.
    await transact([part("Delete", roomSide(room, id)), part("Delete", connectionSide(room, id))]);
  });
}
