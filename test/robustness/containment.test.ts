// A function that breaks in any way takes nobody with it: neither the gateway nor another function.
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { accept, echo } from "./echo-functions.ts";
import { ServerProcess } from "./server-process.ts";

/** Breaks as the event says; `load` breaks the next environment before it has begun. */
const breaks = `
import { existsSync, rmSync, writeFileSync } from "node:fs";
const mark = process.env.LEDGER;
if (existsSync(mark)) {
  rmSync(mark);
  throw new Error("at load");
}
export async function handler(event) {
  const never = () => new Promise(() => setInterval(() => {}, 1000));
  switch (event.queryStringParameters?.how) {
    case "throw": throw new TypeError("bad");
    case "exit": process.exit(3);
    case "exception": setTimeout(() => { throw new TypeError("late"); }, 1); return never();
    case "rejection": Promise.reject(new TypeError("lost")); return never();
    case "loop": for (;;);
    case "stack": { const again = () => again() + 1; return again(); }
    case "memory": { const kept = []; for (;;) kept.push(new Array(100_000).fill(kept.length)); }
    case "stranded": return new Promise(() => {});
    case "load": writeFileSync(mark, ""); process.exit(1);
    case "6 MB": return "x".repeat(7_000_000);
    default: return { statusCode: 200, body: "fine" };
  }
}
`;

describe.each(["worker-thread", "child-process"] as const)(
  "with environments by %s",
  (execution) => {
    test("others answer while a function breaks, and it answers again itself", async () => {
      await using server = await ServerProcess.start({
        functions: {
          "ws/connect": accept,
          "ws/default": echo,
          "ws/disconnect": accept,
          "http/get-breaks": breaks,
        },
        config: { timeout: 2, memory: 128 },
        options: { execution },
        files: { "marks/.keep": "" },
        ledger: "marks/mark",
      });
      const socket = new WebSocket(server.webSocketUrl);
      await once(socket, "open");
      const echoed = async (text: string): Promise<string> => {
        const answer = once(socket, "message");
        socket.send(text);
        const [data]: unknown[] = await answer;
        return String(data);
      };
      const ask = (how: string): Promise<Response> =>
        fetch(`http://localhost:${server.port}/breaks?how=${encodeURIComponent(how)}`);

      const ways = [
        "throw",
        "exit",
        "exception",
        "rejection",
        "stack",
        "memory",
        "stranded",
        "6 MB",
        "loop",
      ];
      for (const how of ways) {
        const asked = { isAnswered: false };
        const broken = ask(how).finally(() => {
          asked.isAnswered = true;
        });
        // All the while it breaks, the other one is asked.
        for (let turn = 0; turn === 0 || !asked.isAnswered; turn++)
          expect(await echoed(`${how} ${turn}`)).toBe(`${how} ${turn}`);
        expect([how, (await broken).status]).toEqual([how, 500]);
        expect([how, await (await ask("not")).text()]).toEqual([how, "fine"]);
      }

      // The environment that follows does not even load; the one after it does.
      expect((await ask("load")).status).toBe(500);
      expect((await ask("not")).status).toBe(500);
      expect(await (await ask("not")).text()).toBe("fine");

      expect(await echoed("still here")).toBe("still here");
      socket.terminate();
      await server.settled(1);
      expect((await server.report()).bugs).toEqual([]);
    });
  },
);
