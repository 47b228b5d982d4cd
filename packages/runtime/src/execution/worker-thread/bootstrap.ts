import { AsyncLocalStorage } from "node:async_hooks";
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
import { ChannelClient } from "./channel-client.ts";
import { LeaseHolder } from "./lease-holder.ts";
import { MemoryGauge } from "./memory-gauge.ts";
import { Outbox } from "./outbox.ts";
import { slotState, toHost, toWorker, type Field } from "./protocol.ts";
import { receiveInit } from "./receive-init.ts";
import { RecordReader } from "./record-reader.ts";

// This file is the inside of an environment: it loads one handler and runs what its port brings.

const init = receiveInit();
const { port, slots, context, convention, concurrency } = init;
const leases = new LeaseHolder(init.leases);
const memory = new MemoryGauge(init.memory);
const outbox = new Outbox(port, () => leases.handedOver());
const reader = new RecordReader();

interface Running {
  readonly slot: number;
  readonly requestId: string;
}

/** Invocations not yet started, as slot, requestId, payload. */
const waiting: [slot: number, requestId: string, payload: string][] = [];
const running = new Set<Running>();
const currentInvocation = concurrency > 1 ? new AsyncLocalStorage<Running>() : null;
/**
 * Following a context through every promise costs more than a quick handler itself. Only functions that
 * write logs need it, and they show themselves by their first line, which goes without a label.
 */
let hasLogged = false;
/** The running invocation takes its time: what is left to do may be nothing. */
let isSlow = false;
const waitingForIdle: (() => void)[] = [];
let handler: Handler;
let isReady = false;

// --- what the function sees of its process ---

process.cwd = (): string => init.sourceDirectory;
const output = [captureOutput(process.stdout, 0), captureOutput(process.stderr, 1)];

function captureOutput(stream: NodeJS.WriteStream, number: 0 | 1): LabelledLines {
  const lines = new LabelledLines((requestId, line) =>
    outbox.add(toHost.log, requestId, number, line),
  );
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    hasLogged = true;
    lines.add(currentRequestId(), chunk);
    const done = rest.at(-1);
    if (typeof done === "function") queueMicrotask(() => done());
    return true;
  };
  return lines;
}

/** What an invocation wrote without a line feed is told before its result. */
function end({ requestId }: Running): void {
  memory.measure();
  if (hasLogged) for (const stream of output) stream.flush(requestId);
  if (!isSlow) return;
  isSlow = false;
  memory.unwatch();
  holdLoop();
}

installLambdaConsole(currentRequestId);

function currentRequestId(): string | null {
  if (currentInvocation !== null) return currentInvocation.getStore()?.requestId ?? null;
  for (const invocation of running) return invocation.requestId;
  return null;
}

// --- the gateway's channel ---

const channel = new ChannelClient(outbox, leases, holdLoop);
Object.defineProperty(globalThis, Symbol.for("arclet.gateway"), {
  value: { request: channel.request.bind(channel) },
});

/** Lets the event loop run empty only while a handler waits for that, or for what may never come. */
function holdLoop(): void {
  if ((isSlow || waitingForIdle.length > 0) && !channel.isWaiting) port.unref();
  else port.ref();
}

// --- invocations ---

function receive(fields: readonly Field[]): void {
  reader.open(fields);
  while (reader.hasMore) {
    if (reader.number() === toWorker.invoke) {
      waiting.push([reader.number(), reader.text(), reader.text()]);
    } else {
      channel.receive(reader);
    }
  }
  startWaiting();
}

function startWaiting(): void {
  while (running.size < concurrency) {
    const next = waiting.shift();
    if (next === undefined) return;
    const [slot, requestId, payload] = next;
    const before = Atomics.compareExchange(slots, slot, slotState.waiting, slotState.started);
    if (before === slotState.waiting) run({ slot, requestId }, payload);
    else outbox.add(toHost.passedOver, slot);
  }
}

function run(invocation: Running, payload: string): void {
  running.add(invocation);
  watchForDrain();
  if (currentInvocation === null || !hasLogged) call(invocation, payload);
  else currentInvocation.run(invocation, call, invocation, payload);
}

function call(invocation: Running, payload: string): void {
  callHandler(handler, payload, invocation.requestId, context, convention, {
    succeed: (json) => succeed(invocation, json),
    fail: (error) => fail(invocation, error),
    whenIdle: (go, mayCallBack) => {
      // With several at a time the others keep the loop busy: one turn must do.
      if (concurrency === 1) waitingForIdle.push(go);
      else if (!mayCallBack) setImmediate(go);
      holdLoop();
    },
  });
}

function succeed(invocation: Running, json: string): void {
  if (!running.delete(invocation)) return;
  end(invocation);
  outbox.add(toHost.succeeded, invocation.slot, json);
  startWaiting();
}

function fail(invocation: Running, error: ErrorReport): void {
  if (!running.delete(invocation)) return;
  end(invocation);
  tellFailure(invocation, error, false);
  startWaiting();
}

function tellFailure({ slot }: Running, error: ErrorReport, isUnhandled: boolean): void {
  outbox.add(toHost.failed, slot, isUnhandled ? 1 : 0, ...fieldsOf(error));
}

function fieldsOf({ errorType, errorMessage, trace }: ErrorReport): string[] {
  return [errorType, errorMessage, trace.join("\n")];
}

// --- a promise that nothing can settle any more ---

/** How long a handler runs before the port no longer keeps the event loop from running empty. */
const quickMs = 10;
let isWatching = false;

/** One timer for many invocations: quick handlers never pay for more. */
function watchForDrain(): void {
  if (isWatching || concurrency > 1) return;
  isWatching = true;
  setTimeout(() => {
    isWatching = false;
    if (running.size === 0) return;
    isSlow = true;
    memory.watch(init.memoryLimitMb, () => process.exit(1));
    holdLoop();
  }, quickMs).unref();
}

process.on("beforeExit", () => {
  if (!isReady) return;
  const ready = waitingForIdle.splice(0);
  // What an ended one makes way for is not stranded yet.
  const stranded = ready.length === 0 ? Array.from(running) : [];
  for (const invocation of stranded) abandon(invocation);
  isSlow = false;
  holdLoop();
  for (const go of ready) go();
});

function abandon(invocation: Running): void {
  const outcome = strandedOutcome(handler, convention);
  if (outcome === "exit") process.exit(0);
  if (outcome === "null") succeed(invocation, "null");
  else fail(invocation, outcome);
}

// --- ends that no handler returns from ---

function dieOf(error: ErrorReport): void {
  if (!isReady) outbox.add(toHost.initFailed, ...fieldsOf(error));
  // Nobody waits who could be told.
  else if (running.size === 0) process.stderr.write(`${error.trace.join("\n")}\n`);
  for (const invocation of running) tellFailure(invocation, error, true);
  running.clear();
  outbox.flushNow();
  process.exit(1);
}

// From Node.js 24 on AWS's client leaves both to Node.js, which ends the process.
if (convention === "callback") {
  process.on("uncaughtException", (error) => dieOf(reportError(error)));
  process.on("unhandledRejection", (reason) => dieOf(reportRejection(reason)));
}
process.on("exit", () => {
  for (const stream of output) stream.end();
  outbox.flushNow();
});

// --- init ---

process.setSourceMapsEnabled(true);
// Not with an `await` of the module: CommonJS, as which this is bundled, starts sooner.
void start();

async function start(): Promise<void> {
  const loaded = await loadHandler(init.location);
  const refusal = loaded.ok ? refuseHandler(loaded.handler, convention) : loaded.error;
  if (loaded.ok && refusal === null) {
    handler = loaded.handler;
    isReady = true;
    port.on("message", receive);
    outbox.add(toHost.ready);
  } else {
    const error = refusal ?? runtimeError("Runtime.Unknown", "init failed");
    outbox.add(toHost.initFailed, ...fieldsOf(error));
  }
  outbox.flushNow();
}
