import { tables, ws } from "@arclet/functions";
import type { Response } from "./protocol.ts";

// Who is where. A row lives for as long as its page says now and then that it is still there (`here`):
// a socket can vanish without a word, and then nobody is told, on AWS as anywhere. Three things end
// a row, and src/tables-streams/people notices all of them alike:
//   - ws-disconnect deletes it,
//   - a message to the connection is refused because it is gone,
//   - it expires.

interface Row extends Record<string, unknown> {
  readonly room: string;
  readonly connection: string;
  readonly name: string;
  /** Epoch seconds. */
  readonly expires: number;
}

/** The page says `here` every 45 s. */
const lifetimeSeconds = 120;

const table = async () => (await tables<{ people: Row }>()).people;

/** Puts a connection into a room, or keeps it there. */
export async function enter(room: string, connection: string, name: string): Promise<void> {
  const expires = nowSeconds() + lifetimeSeconds;
  await (await table()).put({ room, connection, name, expires });
}

/** The name under which a connection is in a room; null when it is not. */
export async function nameOf(room: string, connection: string): Promise<string | null> {
  const row = await (await table()).get({ room, connection });
  return row?.name ?? null;
}

/** Takes a connection out of every room, `except` one. */
export async function leave(connection: string, except: string | null = null): Promise<void> {
  const people = await table();
  const rows = people.queryAll({
    IndexName: "byConnection",
    KeyConditionExpression: "#connection = :connection",
    ExpressionAttributeNames: { "#connection": "connection" },
    ExpressionAttributeValues: { ":connection": connection },
  });
  for await (const { room } of rows) {
    if (room !== except) await people.delete({ room, connection });
  }
}

/** Names of those in a room, each once: a person can have several windows. */
export async function namesIn(room: string): Promise<string[]> {
  const names = new Set((await rowsOf(room)).map(({ name }) => name));
  return [...names].sort((a, b) => a.localeCompare(b));
}

/** Sends to everyone in a room; forgets those that are gone. */
export async function sendToRoom(room: string, payload: Response): Promise<void> {
  const people = await table();
  const rows = await rowsOf(room);
  await Promise.all(
    rows.map(async ({ connection }) => {
      try {
        await ws.send({ id: connection, payload });
      } catch (error) {
        if (!(error instanceof Error && error.name === "GoneException")) throw error;
        await people.delete({ room, connection });
      }
    }),
  );
}

/** DynamoDB deletes what has expired when it gets round to it, so rows that have are left out here. */
async function rowsOf(room: string): Promise<Row[]> {
  const rows: Row[] = [];
  const now = nowSeconds();
  const found = (await table()).queryAll({
    KeyConditionExpression: "room = :room",
    ExpressionAttributeValues: { ":room": room },
    ConsistentRead: true,
  });
  for await (const row of found) if (row.expires > now) rows.push(row);
  return rows;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
