import { expect } from "vitest";
import type { ConnectionCommand } from "../../src/connections/connection-router.ts";
import type { ExecutionStrategy } from "../../src/execution/execution-strategy.ts";
import type { ConformanceTest } from "./conformance-test.ts";
import { runFunction } from "./harness.ts";

const request = `const gateway = globalThis[Symbol.for("arclet.gateway")];`;

/** Texts may come as their UTF-8. */
function asText(command: ConnectionCommand): ConnectionCommand {
  if (command.type !== "send" || command.isText !== true || typeof command.data === "string")
    return command;
  return { type: "send", data: Buffer.from(command.data).toString("utf8") };
}

/** What leaves an environment besides results: logs, and requests to the gateway. */
export function runChannelTests(conforms: ConformanceTest, create: () => ExecutionStrategy): void {
  conforms("logs carry the request id of their invocation", async () => {
    const code = `export const handler = async (event, context) => {
      console.log("out " + event.n);
      console.error("err " + event.n);
      return context.awsRequestId;
    };`;
    const { value, logged } = await runFunction(create(), { code });
    for (const n of [1, 2]) {
      const requestId = await value({ n });
      expect(await logged(`out ${n}`)).toMatchObject({ requestId, stream: "stdout" });
      expect(await logged(`err ${n}`)).toMatchObject({ requestId, stream: "stderr" });
    }
  });

  conforms("output is told line by line, whatever it was written in", async () => {
    const code = `export const handler = async (event, context) => {
      const bytes = Buffer.from("grüße 🐱\\nund noch eine\\n");
      for (const byte of bytes) process.stdout.write(Buffer.of(byte));
      process.stdout.write("half ");
      process.stdout.write("a line");
      console.error("two\\nlines");
      return context.awsRequestId;
    };`;
    const { value, logs, logged } = await runFunction(create(), { code });
    const requestId = await value();
    await logged("half a line");
    await logged("lines");
    const stdout = logs.filter(({ stream }) => stream === "stdout");
    expect(stdout.map(({ text }) => text)).toEqual([
      "grüße 🐱\n",
      "und noch eine\n",
      "half a line",
    ]);
    const stderr = logs.filter(({ stream }) => stream === "stderr");
    expect(stderr.map(({ text }) => text)).toEqual(["two\n", "lines\n"]);
    expect(new Set(logs.map((log) => log.requestId))).toEqual(new Set([requestId]));
  });

  conforms("logs of invocations that run together are told apart", async () => {
    // A function shows by its first line, here at load, that its lines are to be told apart.
    const code = `let waiting = [];
    console.log("loaded");
    export const handler = async (event, context) => {
      await new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2) for (const go of waiting) go();
      });
      await new Promise((resolve) => setImmediate(resolve));
      console.log("from " + event.n);
      return context.awsRequestId;
    };`;
    const { value, logged } = await runFunction(create(), { code }, { concurrency: 2 });
    const ids = await Promise.all([1, 2].map((n) => value({ n })));
    expect((await logged("from 1")).requestId).toBe(ids[0]);
    expect((await logged("from 2")).requestId).toBe(ids[1]);
  });

  conforms("the gateway carries out commands in order and answers", async () => {
    const seen: [string, ConnectionCommand][] = [];
    const info = {
      connectedAt: 1,
      lastActiveAt: 2,
      identity: { sourceIp: "127.0.0.1", userAgent: null },
    };
    const code = `${request}
    export const handler = async () => Promise.all([
      gateway.request("a", { type: "send", data: "text" }),
      gateway.request("a", { type: "send", data: new Uint8Array([1, 2, 255]) }),
      gateway.request("a", { type: "info" }),
      gateway.request("a", { type: "close" }),
      gateway.request("b", { type: "send", data: "late" }),
    ]);`;
    const { value } = await runFunction(
      create(),
      { code },
      {
        channel: {
          async request(id, command) {
            seen.push([id, asText(command)]);
            if (id === "b") return "gone";
            return command.type === "info" ? { type: "info", info } : { type: "done" };
          },
        },
      },
    );
    expect(await value()).toEqual([
      { type: "done" },
      { type: "done" },
      { type: "info", info },
      { type: "done" },
      "gone",
    ]);
    expect(seen).toMatchObject([
      ["a", { type: "send", data: "text" }],
      ["a", { type: "send" }],
      ["a", { type: "info" }],
      ["a", { type: "close" }],
      ["b", { type: "send", data: "late" }],
    ]);
    const binary = seen[1]?.[1];
    expect(binary?.type === "send" && [...Buffer.from(binary.data)]).toEqual([1, 2, 255]);
  });

  conforms("rooms are the gateway's too, one request whatever their size", async () => {
    const seen: unknown[] = [];
    const code = `${request}
    const send = { type: "send", room: "chat", except: ["a"], from: null };
    export const handler = async () => Promise.all([
      gateway.realtime({ type: "join", room: "chat", id: "a", member: '{"name":"Adä"}' }, null),
      gateway.realtime(send, "grüße 🐱"),
      gateway.realtime(send, new Uint8Array([1, 2, 255])),
      gateway.realtime({ type: "of", id: "a" }, null),
    ]);`;
    const { value } = await runFunction(
      create(),
      { code },
      {
        channel: {
          request: () => "gone",
          realtime(command, data, isText) {
            // What came is a view of what was read.
            const bytes = Buffer.from(data ?? "");
            seen.push([command.type, isText ? bytes.toString() : [...bytes]]);
            if (command.type === "of") return { type: "rooms", rooms: ["chat"] };
            return command.type === "send" ? { type: "sent", members: 3 } : { type: "done" };
          },
        },
      },
    );
    expect(await value()).toEqual([
      { type: "done" },
      { type: "sent", members: 3 },
      { type: "sent", members: 3 },
      { type: "rooms", rooms: ["chat"] },
    ]);
    expect(seen).toMatchObject([
      ["join", expect.anything()],
      ["send", "grüße 🐱"],
      ["send", [1, 2, 255]],
      ["of", expect.anything()],
    ]);
  });

  conforms("a callback waits for the gateway's answers too", async () => {
    const code = `const gateway = globalThis[Symbol.for("arclet.gateway")];
    exports.handler = (event, context, callback) => {
      const result = { answer: null };
      callback(null, result);
      gateway.request("a", { type: "close" }).then((answer) => { result.answer = answer; });
    };`;
    const { value } = await runFunction(create(), { code, format: "cjs" });
    expect(await value()).toEqual({ answer: "gone" });
  });
}
