// Functions of the soak. They keep a ledger: one line per connect, disconnect and refused post.
// Appending is one system call, so lines of several environments do not mix.

export const ledger = "ledger.txt";

const record = `
import { appendFileSync } from "node:fs";
const record = (kind, event) =>
  appendFileSync(process.env.LEDGER, kind + " " + event.requestContext.connectionId + "\\n");
`;

export const connect = `${record}
export async function handler(event) {
  record("connect", event);
  return { statusCode: 200 };
}
`;

export const disconnect = `${record}
export async function handler(event) {
  record("disconnect", event);
  return { statusCode: 200 };
}
`;

/**
 * Answers `{ n }` with `{ n, version }`; `{ die: true }` ends the environment's process;
 * `{ flood }` posts until the gateway refuses to buffer more for a peer that does not read.
 */
export const echo = (version: number): string => `${record}
import { ws } from "@arclet/functions";
export async function handler(event) {
  const id = event.requestContext.connectionId;
  const message = JSON.parse(event.body);
  if (message.die) process.exit(1);
  if (message.flood) {
    const payload = "f".repeat(32768);
    for (let count = 0; count < message.flood; count++) {
      try {
        await ws.send({ id, payload });
      } catch (error) {
        record(error.name, event);
        return { statusCode: 200 };
      }
    }
    record("flooded", event);
    return { statusCode: 200 };
  }
  await ws.send({ id, payload: { n: message.n, pad: message.pad, version: ${version} } });
  return { statusCode: 200 };
}
`;
