// A function that breaks in any way takes nobody with it: neither the gateway nor another function.
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { accept, echo } from "./echo-functions.ts";
import { ServerProcess } from "./server-process.ts";

/** Breaks as the event says; `load` breaks the next environment before it has begun. */
const breaks = `
import { spawn } from "node:child_process";
import { closeSync, existsSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
const writeFully = (fd, text) => {
  for (let bytes = Buffer.from(text); bytes.length > 0; ) {
    try { bytes = bytes.subarray(writeSync(fd, bytes)); }
    catch (error) { if (error.code !== "EAGAIN") throw error; }
  }
};
const mark = process.env.LEDGER;
if (existsSync(mark)) {
  rmSync(mark);
  throw new Error("at load");
}
export async function handler(event) {
  globalThis.invocations = (globalThis.invocations ?? 0) + 1;
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
    case "large array": return new Array(3e8).fill(0).length;
    case "large string": { let text = "x".repeat(2 ** 20); for (;;) text += text + text.length; }
    case "buffers": { const kept = []; for (;;) kept.push(Buffer.alloc(64 * 1024 * 1024, 1)); }
    case "buffers while waiting": {
      const kept = [];
      for (;;) {
        kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    case "shared memory": { const kept = []; for (;;) kept.push(new Uint8Array(new SharedArrayBuffer(2 ** 26)).fill(1)); }
    case "WebAssembly": { const kept = []; for (;;) kept.push(new Uint8Array(new WebAssembly.Memory({ initial: 1024 }).buffer).fill(1)); }
    case "thread": {
      new Worker("const kept = []; for (;;) kept.push(new Array(100_000).fill(kept.length));", { eval: true, resourceLimits: { maxOldGenerationSizeMb: 8192 } });
      return never();
    }
    case "abort": process.abort();
    case "kill": process.kill(process.pid, "SIGKILL"); return never();
    case "terminate": process.kill(process.pid, "SIGTERM"); return never();
    case "segmentation fault": process.kill(process.pid, "SIGSEGV"); return never();
    case "kill the group": process.kill(0, "SIGKILL"); return never();
    case "stop": process.kill(process.pid, "SIGSTOP"); return never();
    case "regular expression": return /^(a+)+$/.test("a".repeat(64) + "b");
    case "JSON": return JSON.parse("[" + "[],".repeat(130_000_000) + "[]]").length;
    case "descriptors": for (let fd = 0; fd < 200; fd++) { try { closeSync(fd); } catch {} } return never();
    case "pipe": writeSync(3, "not what the runtime writes"); return never();
    case "long batch": writeSync(3, Buffer.alloc(8, 0xff)); return never();
    case "output": for (let line = 0; line < 100; line++) process.stdout.write("x".repeat(1024 * 1024) + "\\n"); return never();
    case "native output": for (let turn = 0; turn < 100; turn++) writeFully(1, "x".repeat(1024 * 1024)); return never();
    case "children": for (let count = 0; count < 20; count++) spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }); return never();
    case "patched exit": process.exit = () => {}; process.reallyExit = () => {}; throw new TypeError("bad");
    case "throws a trap": throw { get name() { throw new Error("no name"); }, message: "m", stack: "s" };
    case "throws nothing": throw Object.create(null);
    case "no JSON": globalThis.JSON = null; return { statusCode: 200, body: "poisoned" };
    case "toJSON": Object.prototype.toJSON = () => { throw new Error("trap"); }; return { statusCode: 200, body: "poisoned" };
    case "no Promise": globalThis.Promise = class { then() {} }; return { statusCode: 200, body: "poisoned" };
    case "no arrays": Array.prototype.push = Array.prototype.shift = () => { throw new Error("trap"); }; return { statusCode: 200, body: "poisoned" };
    case "no maps": Map.prototype.get = Map.prototype.set = () => { throw new Error("trap"); }; return { statusCode: 200, body: "poisoned" };
    case "no listeners": process.removeAllListeners(); setTimeout(() => { throw new TypeError("late"); }, 1); return never();
    default: return { statusCode: 200, body: "fine, " + globalThis.invocations };
  }
}
`;

const strategies = ["process", "child-process"] as const;

/** What ends as a failure of the function; some of it only by its time-out of a second. */
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
  "large array",
  "large string",
  "buffers",
  "buffers while waiting",
  "shared memory",
  "WebAssembly",
  "thread",
  "abort",
  "kill",
  "terminate",
  "segmentation fault",
  "kill the group",
  "stop",
  "regular expression",
  "JSON",
  "descriptors",
  "pipe",
  "long batch",
  "output",
  "native output",
  "children",
  "patched exit",
  "throws a trap",
  "throws nothing",
  "no listeners",
];

/** What spoils the language for the code that follows, in that environment. */
const poisons = ["no JSON", "toJSON", "no Promise", "no arrays", "no maps"];

describe.each(strategies)("with environments by %s", (execution) => {
  let server: ServerProcess;
  let socket: WebSocket;

  beforeAll(async () => {
    server = await ServerProcess.start({
      functions: {
        "ws/connect": accept,
        "ws/default": echo,
        "ws/disconnect": accept,
        "http/get-breaks": breaks,
      },
      config: { timeout: 1, memory: 128 },
      options: { execution },
      files: { "marks/.keep": "" },
      ledger: "marks/mark",
    });
    socket = new WebSocket(server.webSocketUrl);
    await once(socket, "open");
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const ask = (how: string): Promise<Response> =>
    fetch(`http://localhost:${server.port}/breaks?how=${encodeURIComponent(how)}`);
  const echoed = async (text: string): Promise<string> => {
    const answer = once(socket, "message");
    socket.send(text);
    const [data]: unknown[] = await answer;
    return String(data);
  };
  /** All the while it breaks, the other function is asked over a socket that stays open. */
  const breakDown = async (how: string): Promise<Response> => {
    const asked = { isAnswered: false };
    const broken = ask(how).finally(() => {
      asked.isAnswered = true;
    });
    for (let turn = 0; turn === 0 || !asked.isAnswered; turn++)
      expect(await echoed(`${how} ${turn}`)).toBe(`${how} ${turn}`);
    return broken;
  };

  test.each(ways)("%s: others answer meanwhile, and it answers again itself", async (how) => {
    expect((await breakDown(how)).status).toBe(500);
    expect(await (await ask("not")).text()).toMatch(/^fine/);
  });

  // Runtime clients of AWS keep such environments, and so does the one that stands for them.
  test.runIf(execution === "process").each(poisons)(
    "%s: the environment is replaced",
    async (how) => {
      expect((await breakDown(how)).status).toBeLessThanOrEqual(500);
      expect(await (await ask("not")).text()).toBe("fine, 1");
    },
  );

  test("an environment that does not load is followed by one that does", async () => {
    expect((await ask("load")).status).toBe(500);
    expect((await ask("not")).status).toBe(500);
    expect(await (await ask("not")).text()).toBe("fine, 1");
  });

  test("the gateway has come through it all", async () => {
    expect(await echoed("still here")).toBe("still here");
    socket.terminate();
    await server.settled(1);
    expect((await server.report()).bugs).toEqual([]);
  });
});
