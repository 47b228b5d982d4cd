import {
  expiry,
  keyOf,
  pagesOf,
  part,
  transact,
  type TableItem,
} from "../realtime/realtime-table.ts";
import { afterKind, connectionKey, connectionSide, roomKey, roomSide } from "./memberships.ts";

/** A transaction has at most 100 parts: one for the connection, up to four for each room. */
const roomsAtOnce = 24;
/** Rooms that are joined or left while they move are read again. */
const attempts = 20;

/**
 * Makes a connection a member of all rooms of another one, in its place: with its members, without a join
 * or a leave. Up to 24 rooms move in one transaction, and each further room at once with 23 others. From
 * then on the former connection joins nothing any more. Resolves false when it has closed or moved before.
 */
export async function moveRooms(from: string, to: string): Promise<boolean> {
  const moved = new Set<string>();
  let isClaimed = false;
  for (let attempt = 0; attempt < attempts;) {
    const rows = (await rowsOf(from)).filter(({ sk }) => !moved.has(afterKind(sk)));
    if (isClaimed && rows.length === 0) return true;
    const next = rows.slice(0, roomsAtOnce);
    const failed = await transact([
      ...(isClaimed ? [] : [claim(from, to)]),
      ...next.flatMap((row) => moving(row, from, to)),
    ]);
    if (failed === 0 && !isClaimed) return false;
    if (failed === null) {
      isClaimed = true;
      for (const { sk } of next) moved.add(afterKind(sk));
    } else attempt++;
  }
  throw new Error(`The rooms of ${from} changed too often to move them`);
}

async function rowsOf(id: string): Promise<TableItem[]> {
  const rows: TableItem[] = [];
  for await (const page of pagesOf(connectionKey(id), roomKey(""))) rows.push(...page);
  return rows;
}

/** Only one connection takes the place of another, and only while that is open. */
function claim(from: string, to: string): object {
  return part(
    "Update",
    keyOf(connectionKey(from), "closed"),
    "attribute_not_exists(pk)",
    "SET expires = :expires, movedTo = :to",
    { ":expires": expiry(), ":to": { S: to } },
  );
}

/** The row of the former connection stays until it has closed: a query may be reading them both right now. */
function moving(row: TableItem, from: string, to: string): object[] {
  const { sk, memberJson, joinedAt, movedFrom } = row;
  const room = afterKind(sk);
  const now = { N: String(Date.now()) };
  const isSame =
    memberJson === undefined ? "attribute_not_exists(memberJson)" : "memberJson = :member";
  const values = {
    ":joinedAt": joinedAt,
    ":expires": expiry(),
    ":member": memberJson,
    ":from": { S: from },
    ":now": now,
  };
  const set = `SET joinedAt = :joinedAt, expires = :expires, movedFrom = :from, movedAt = :now${memberJson === undefined ? "" : ", memberJson = :member"}`;
  return [
    part(
      "Update",
      roomSide(room, from),
      `joinedAt = :joinedAt AND ${isSame}`,
      "SET movedTo = :to, movedAt = :now",
      { ":joinedAt": joinedAt, ":member": memberJson, ":to": { S: to }, ":now": now },
    ),
    part("Update", roomSide(room, to), undefined, set, values),
    part("Update", connectionSide(room, to), undefined, set, values),
    // That of its own predecessor, whose socket may have vanished without a word.
    ...(movedFrom?.S === undefined ? [] : [part("Delete", roomSide(room, movedFrom.S))]),
  ];
}
