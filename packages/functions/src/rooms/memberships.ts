import {
  callTable,
  expiry,
  forEachOf,
  keyOf,
  pagesOf,
  tableName,
  transact,
  updating,
  type TableItem,
  type TransactionPart,
} from "../realtime/realtime-table.ts";
import { identityKind, limitOf } from "./room-name.ts";

/** A connection in a room, as the realtime table has it. */
export interface Membership {
  readonly room: string;
  readonly id: string;
  /** JSON; null when it joined without any. */
  readonly member: string | null;
  /** Epoch milliseconds. */
  readonly joinedAt: number;
}

const roomKey = (room: string): string => `room#${room}`;
const connectionKey = (id: string): string => `connection#${id}`;
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
  const attempt = (isNew: boolean): Promise<number | null> => {
    const write = (pk: string, sk: string, condition?: string): TransactionPart =>
      updating(
        keyOf(pk, sk),
        `SET joinedAt = if_not_exists(joinedAt, :now), expires = :expires${member === null ? " REMOVE member" : ", member = :member"}`,
        {
          ":now": { N: String(Date.now()) },
          ":expires": expiry(),
          ":member": member === null ? undefined : { S: member },
        },
        condition,
      );
    return transact([
      {
        ConditionCheck: {
          TableName: tableName(),
          Key: keyOf(connectionKey(id), "closed"),
          ConditionExpression: isMissing,
        },
      },
      write(roomKey(room), connectionKey(id), isNew ? isMissing : undefined),
      write(connectionKey(id), roomKey(room)),
      ...(isNew ? [counting(room, 1, limit)] : []),
    ]);
  };
  // Only a new member counts; whether it is one decides itself in the transaction.
  let failed = await attempt(limit !== null);
  if (failed === 1) failed = await attempt(false);
  if (failed === null) return "done";
  return failed === 0 ? "gone" : "full";
}

export async function leave(room: string, id: string): Promise<void> {
  const TableName = tableName();
  const isCounted = limitOf(room) !== null;
  await transact([
    {
      Delete: {
        TableName,
        Key: keyOf(roomKey(room), connectionKey(id)),
        // Who has left already must not count twice.
        ConditionExpression: isCounted ? "attribute_exists(pk)" : undefined,
      },
    },
    { Delete: { TableName, Key: keyOf(connectionKey(id), roomKey(room)) } },
    ...(isCounted ? [counting(room, -1, null)] : []),
  ]);
}

function counting(room: string, change: number, limit: number | null): TransactionPart {
  return updating(
    keyOf(roomKey(room), "count"),
    "ADD members :change",
    {
      ":change": { N: String(change) },
      ":limit": limit === null ? undefined : { N: String(limit) },
    },
    limit === null ? undefined : "attribute_not_exists(members) OR members < :limit",
  );
}

/** Members whose time has not run out, a page at a time. */
export async function* membersOf(room: string): AsyncGenerator<readonly Membership[]> {
  for await (const page of pagesOf(roomKey(room), connectionKey(""))) yield page.map(fromItem);
}

/** Rooms of a connection, the platform's own among them. */
export async function roomsOf(id: string): Promise<string[]> {
  const rooms: string[] = [];
  for await (const page of pagesOf(connectionKey(id), roomKey(""))) {
    for (const { sk } of page) rooms.push(sk?.S?.slice(roomKey("").length) ?? "");
  }
  return rooms;
}

/** The identity (JSON) of who has opened this connection; null where nobody logged in. */
export async function identityOf(id: string): Promise<string | null> {
  const pages = pagesOf(connectionKey(id), roomKey(`${identityKind}:`));
  const { value } = await pages.next();
  return value?.[0]?.["member"]?.S ?? null;
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

function fromItem({ pk, sk, member, joinedAt }: TableItem): Membership {
  return {
    room: pk?.S?.slice(roomKey("").length) ?? "",
    id: sk?.S?.slice(connectionKey("").length) ?? "",
    member: member?.S ?? null,
    joinedAt: Number(joinedAt?.N),
  };
}
