import { expiry, keyOf, part, transact, type TableItem } from "../realtime/realtime-table.ts";
import { afterKind, connectionKey, connectionSide, roomRowsOf, roomSide } from "./memberships.ts";

/** A transaction has at most 100 actions: one for the connection, and three for each room. */
const roomsAtOnce = 33;
/** Attempts, because rooms may be joined or left while they are moved. */
const attempts = 20;

/**
 * Moves all room memberships of one connection to another, with their members and without a join or leave. The
 * first 33 rooms move in one transaction, further rooms 33 per transaction. Afterwards the previous connection
 * can join no rooms. Resolves with false if it has closed or was moved before.
 */
export async function moveRooms(from: string, to: string): Promise<boolean> {
  let isClaimed = false;
  for (let attempt = 0; attempt < attempts;) {
    const rows = (await roomRowsOf(from)).slice(0, roomsAtOnce);
    if (isClaimed && rows.length === 0) return true;
    const failed = await transact([
      ...(isClaimed ? [] : [claim(from, to)]),
      ...rows.flatMap((row) => moving(row, from, to)),
    ]);
    if (failed === 0 && !isClaimed) return false;
    if (failed === null) isClaimed = true;
    else attempt++;
  }
  throw new Error(`The rooms of ${from} changed too often to move them`);
}

/** Only one connection can take over from another, and only while the other is open. */
function claim(from: string, to: string): object {
  return part(
    "Update",
    keyOf(connectionKey(from), "closed"),
    "attribute_not_exists(pk)",
    "SET expires = :expires, movedTo = :to",
    { ":expires": expiry(), ":to": { S: to } },
  );
}

/** The room's item stays in place and names the new connection, so that a reader of the room sees it once. */
function moving(row: TableItem, from: string, to: string): object[] {
  const { sk, memberJson, joinedAt, place = { S: from } } = row;
  const room = afterKind(sk);
  const isOwn = place.S === from;
  const isSame =
    memberJson === undefined ? "attribute_not_exists(memberJson)" : "memberJson = :member";
  const names = { ":from": { S: from }, ":to": { S: to }, ":now": { N: String(Date.now()) } };
  const kept = { ":joinedAt": joinedAt, ":member": memberJson, ":expires": expiry() };
  return [
    part(
      "Update",
      roomSide(room, place.S ?? from),
      `joinedAt = :joinedAt AND ${isSame} AND ${isOwn ? "attribute_not_exists(holder)" : "holder = :from"}`,
      "SET holder = :to, movedFrom = :from, movedAt = :now, expires = :expires",
      { ...kept, ...names },
    ),
    part(
      "Update",
      connectionSide(room, to),
      "attribute_not_exists(pk)",
      `SET joinedAt = :joinedAt, expires = :expires, place = :place${memberJson === undefined ? "" : ", memberJson = :member"}`,
      { ...kept, ":place": place },
    ),
    part("Delete", connectionSide(room, from)),
  ];
}
