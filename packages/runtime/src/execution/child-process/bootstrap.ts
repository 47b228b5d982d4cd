import { AsyncLocalStorage } from "node:async_hooks";
import { Socket } from "node:net";
import type { RealtimeCommand, RealtimeReply } from "@arclet/functions/gateway";
import type { ConnectionCommand, ConnectionReply } from "../../connections/connection-router.ts";
import { callHandler, refuseHandler, strandedOutcome } from "../handler/call-handler.ts";
import {
  reportError,
  reportRejection,
  runtimeError,
  type ErrorReport,
} from "../handler/error-report.ts";
import { loadHandler, type Handler } from "../handler/load-handler.ts";
import { LabelledLines } from "../output/labelled-lines.ts";
import { installLambdaConsole } from "../output/lambda-console.ts";
import type { ChildMessage, ChildReply } from "./child-environment.ts";
import { messageLine, MessageLines } from "./message-lines.ts";
import type { ChildInit } from "./runtime-command.ts";
import { RuntimeClient, type NextInvocation } from "./runtime-client.ts";

// This file is the inside of an environment: it loads one handler and runs what the Runtime API brings.

const init = JSON.parse(process.argv[2] ?? "") as ChildInit;
const { location, context, convention, concurrency } = init;
process.argv.splice(2);
const client = new RuntimeClient(process.env["AWS_LAMBDA_RUNTIME_API"] ?? "");
/** What runs, and how its outcome is given. */
const running = new Map<NextInvocation, (report: () => Promise<void>) => void>();
const waitingForIdle: (() => void)[] = [];
/** Null until it is loaded. */
let readyHandler: Handler | null = null;
const currentInvocation = concurrency > 1 ? new AsyncLocalStorage<NextInvocation>() : null;

// --- the channel to the host: what the Runtime API has no words for ---

const host = new Socket({ fd: 3, readable: true, writable: true });

function tellHost(message: ChildMessage): void {
  host.write(messageLine(message));
}

const replies = new Map<number, (answer: ChildReply["answer"]) => void>();
let requestCount = 0;
const gateway = {
  request(connectionId: string, command: ConnectionCommand): Promise<ConnectionReply | "gone"> {
    const number = ++requestCount;
    tellHost({ type: "request", number, connectionId, command });
    return replyTo(number);
  },
  realtime(command: RealtimeCommand, data: string | Uint8Array | null): Promise<RealtimeReply> {
    const number = ++requestCount;
    tellHost({ type: "realtime", number, command: JSON.stringify(command), data });
    return replyTo(number);
  },
};

function replyTo<Reply extends ChildReply["answer"]>(number: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    replies.set(number, (answer) => {
      if (answer === "failed") reject(new Error("The gateway could not carry out the request"));
      else resolve(answer as Reply);
    });
    holdLoop();
  });
}

Object.defineProperty(globalThis, Symbol.for("arclet.gateway"), { value: gateway });

const answers = new MessageLines((message) => {
  const reply = message as ChildReply;
  replies.get(reply.number)?.(reply.answer);
  replies.delete(reply.number);
  holdLoop();
});
// The host is gone: nobody is left to work for.
host.on("data", (chunk: Buffer) => answers.add(chunk));
for (const event of ["end", "close", "error"]) host.once(event, () => process.exit(1));

/** Only answers that are due keep the event loop going, besides what the function itself waits for. */
function holdLoop(): void {
  if (replies.size === 0) host.unref();
  else host.ref();
}
holdLoop();

// --- output: at one invocation a time the host knows whose it is ---

const output = currentInvocation === null ? [] : [captureOutput("stdout"), captureOutput("stderr")];

function captureOutput(stream: "stdout" | "stderr"): LabelledLines {
  const lines = new LabelledLines((requestId, text) =>
    tellHost({ type: "log", kind: "output", requestId, stream, text }),
  );
  process[stream].write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    lines.add(currentInvocation?.getStore()?.requestId ?? null, chunk);
    const done = rest.at(-1);
    if (typeof done === "function") queueMicrotask(() => done());
    return true;
  };
  return lines;
}

installLambdaConsole(currentRequestId);

function currentRequestId(): string | null {
  const current =
    currentInvocation === null ? [...running.keys()][0] : currentInvocation.getStore();
  return current?.requestId ?? null;
}

// --- invocations ---

async function work(handler: Handler): Promise<void> {
  for (;;) {
    const invocation = await client.next();
    const report = await (currentInvocation === null
      ? call(handler, invocation)
      : currentInvocation.run(invocation, call, handler, invocation));
    // A crash reports everything that runs; then there is nothing left to report.
    if (!running.delete(invocation)) continue;
    for (const lines of output) lines.flush(invocation.requestId);
    await report();
  }
}

/** Resolves how the outcome is reported. */
function call(handler: Handler, invocation: NextInvocation): Promise<() => Promise<void>> {
  const { payload, requestId, traceId } = invocation;
  // Of several at a time the process's variable could name but one.
  if (traceId !== null && concurrency === 1) process.env["_X_AMZN_TRACE_ID"] = traceId;
  return new Promise((resolve) => {
    running.set(invocation, resolve);
    callHandler(handler, payload, requestId, context, convention, {
      succeed: (json) => resolve(() => client.succeed(requestId, json)),
      fail: (error) => resolve(() => client.fail(requestId, error, error.errorType)),
      ignoreReturn: (text) =>
        tellHost({ type: "log", kind: "ignored-return", requestId, stream: "stderr", text }),
      whenIdle: (go, mayCallBack) => {
        // With several at a time the loop is never empty: one turn must do.
        if (concurrency === 1) waitingForIdle.push(go);
        else if (!mayCallBack) setImmediate(go);
      },
    });
  });
}

// --- ends that no handler returns from ---

process.on("beforeExit", () => {
  const ready = waitingForIdle.splice(0);
  for (const go of ready) go();
  if (ready.length > 0 || readyHandler === null) return;
  const outcome = strandedOutcome(readyHandler, convention);
  if (outcome === "exit") return;
  for (const [{ requestId }, resolve] of running) {
    if (outcome === "null") resolve(() => client.succeed(requestId, "null"));
    else resolve(() => client.fail(requestId, outcome, outcome.errorType));
  }
});

async function dieOf(error: ErrorReport): Promise<void> {
  if (readyHandler === null) await client.failInit(error);
  // Nobody waits who could hear it.
  else if (running.size === 0) process.stderr.write(`${error.trace.join("\n")}\n`);
  const victims = [...running.keys()];
  running.clear();
  for (const { requestId } of victims) await client.fail(requestId, error, "Unhandled");
  process.exit(1);
}

// From Node.js 24 on AWS's client leaves both to Node.js, which ends the process.
if (convention === "callback") {
  process.on("uncaughtException", (error) => void dieOf(reportError(error)));
  process.on("unhandledRejection", (reason) => void dieOf(reportRejection(reason)));
}

// --- init ---

const loaded = await loadHandler(location);
const refusal = loaded.ok ? refuseHandler(loaded.handler, convention) : loaded.error;
if (loaded.ok && refusal === null) {
  readyHandler = loaded.handler;
  for (let index = 0; index < concurrency; index++) {
    // Ends only with the host, and then with an error that nobody is left to read.
    work(loaded.handler).catch(() => process.exit(1));
  }
} else {
  await client.failInit(refusal ?? runtimeError("Runtime.Unknown", "init failed"));
  process.exit(1);
}
