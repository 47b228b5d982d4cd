import { AsyncLocalStorage } from "node:async_hooks";
import type { ConnectionCommand, ConnectionReply } from "../../connections/connection-router.ts";
import { callHandler, refuseHandler } from "../handler/call-handler.ts";
import { reportError, runtimeError, type ErrorReport } from "../handler/error-report.ts";
import { loadHandler, type Handler } from "../handler/load-handler.ts";
import type { ChildMessage, ChildReply } from "./child-environment.ts";
import type { ChildInit } from "./runtime-command.ts";
import { RuntimeClient, type NextInvocation } from "./runtime-client.ts";

// This file is the inside of an environment: it loads one handler and runs what the Runtime API brings.

const init = JSON.parse(process.argv[2] ?? "") as ChildInit;
const { location, context, convention, concurrency } = init;
process.argv.splice(2);
const client = new RuntimeClient(process.env["AWS_LAMBDA_RUNTIME_API"] ?? "");
const running = new Set<NextInvocation>();
const waitingForIdle: (() => void)[] = [];
const currentInvocation = concurrency > 1 ? new AsyncLocalStorage<NextInvocation>() : null;

// --- the channel to the host: what the Runtime API has no words for ---

const sendToHost = process.send?.bind(process);
// Programs take its presence to mean that their own parent listens.
delete process.send;

function tellHost(message: ChildMessage): void {
  sendToHost?.(message);
}

const replies = new Map<number, (answer: ChildReply["answer"]) => void>();
let requestCount = 0;
const gateway = {
  request(connectionId: string, command: ConnectionCommand): Promise<ConnectionReply | "gone"> {
    const number = ++requestCount;
    tellHost({ type: "request", number, connectionId, command });
    return new Promise((resolve, reject) => {
      replies.set(number, (answer) => {
        if (answer === "failed") reject(new Error("The gateway could not carry out the request"));
        else resolve(answer);
      });
      holdLoop();
    });
  },
};
Object.defineProperty(globalThis, Symbol.for("arclet.gateway"), { value: gateway });

process.on("message", (reply: ChildReply) => {
  replies.get(reply.number)?.(reply.answer);
  replies.delete(reply.number);
  holdLoop();
});
// The host is gone: nobody is left to work for.
process.on("disconnect", () => process.exit(1));

/** Lets the event loop run empty only while a handler waits for just that. */
function holdLoop(): void {
  if (waitingForIdle.length > 0 && replies.size === 0) process.channel?.unref();
  else process.channel?.ref();
}

// --- output: at one invocation a time the host knows whose it is ---

if (currentInvocation !== null) {
  for (const stream of ["stdout", "stderr"] as const) {
    process[stream].write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      const requestId = currentInvocation.getStore()?.requestId ?? null;
      tellHost({ type: "log", requestId, stream, text });
      const done = rest.at(-1);
      if (typeof done === "function") queueMicrotask(() => done());
      return true;
    };
  }
}

// --- invocations ---

async function work(handler: Handler): Promise<void> {
  for (;;) {
    const invocation = await client.next();
    running.add(invocation);
    const tell = await (currentInvocation === null
      ? call(handler, invocation)
      : currentInvocation.run(invocation, call, handler, invocation));
    // A crash tells about everything that runs; then there is nothing left to tell.
    if (running.delete(invocation)) await tell();
  }
}

/** Resolves how the outcome is told. */
function call(
  handler: Handler,
  { payload, requestId }: NextInvocation,
): Promise<() => Promise<void>> {
  return new Promise((resolve) => {
    callHandler(handler, payload, requestId, context, convention, {
      succeed: (json) => resolve(() => client.succeed(requestId, json)),
      fail: (error) => resolve(() => client.fail(requestId, error, error.errorType)),
      whenIdle: (go) => {
        // With several at a time the loop is never empty: one turn must do.
        if (concurrency > 1) setImmediate(go);
        else waitingForIdle.push(go);
        holdLoop();
      },
    });
  });
}

// --- ends that no handler returns from ---

process.on("beforeExit", () => {
  const ready = waitingForIdle.splice(0);
  holdLoop();
  for (const go of ready) go();
});

async function dieOf(error: ErrorReport): Promise<void> {
  const victims = [...running];
  running.clear();
  for (const { requestId } of victims) await client.fail(requestId, error, "Unhandled");
  process.exit(1);
}

process.on("uncaughtException", (error) => void dieOf(reportError(error)));
process.on("unhandledRejection", (reason) => {
  const report = reportError(reason);
  void dieOf({
    errorType: "Runtime.UnhandledPromiseRejection",
    errorMessage: `${report.errorType}: ${report.errorMessage}`,
    trace: report.trace,
  });
});

// --- init ---

const loaded = await loadHandler(location);
const refusal = loaded.ok ? refuseHandler(loaded.handler, convention) : loaded.error;
if (loaded.ok && refusal === null) {
  for (let index = 0; index < concurrency; index++) {
    // Ends only with the host, and then with an error that nobody is left to read.
    work(loaded.handler).catch(() => process.exit(1));
  }
} else {
  await client.failInit(refusal ?? runtimeError("Runtime.Unknown", "init failed"));
  process.exit(1);
}
