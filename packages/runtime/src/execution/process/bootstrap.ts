import { AsyncLocalStorage } from "node:async_hooks";
import { readSync } from "node:fs";
import { Socket, type SocketConstructorOpts, type TcpSocketConnectOpts } from "node:net";
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
import { BatchReader } from "./batch-reader.ts";
import { BatchSplitter } from "./batch-splitter.ts";
import { ChannelClient } from "./channel-client.ts";
import { ChildOutbox } from "./child-outbox.ts";
import { writeCoverage } from "./coverage.ts";
import type { FollowedClock } from "./followed-clock.ts";
import { Intrinsics } from "./intrinsics.ts";
import { eventOf, InvocationReader, type WaitingMessage } from "./invocation-reader.ts";
import { LeaseHolder } from "./lease-holder.ts";
import { preferForMemory } from "./prefer-for-memory.ts";
import { descriptor, logged, toChild, toHost, type ChildInit, type Logged } from "./records.ts";
import { ResultWriter } from "./result-writer.ts";
import { SafeSet } from "./safe-collections.ts";
import { hasActiveWork, whenSettled } from "./settled-process.ts";
import { TraceIdVariable } from "./trace-id-variable.ts";
import { WaitingInvocations } from "./waiting-invocations.ts";

// This file is the inside of an environment: it loads one handler and runs what the pipe brings. What it
// needs of the language and of Node.js it takes before the function's code runs, which may change it all.

const { pid, stderr } = process;
const [killOwn, exitOwn] = [process.kill.bind(process), process.exit.bind(process)];
const [queueTask, later, each] = [queueMicrotask, setTimeout, setImmediate];
const parse = JSON.parse;

preferForMemory();

interface Running {
  readonly number: number;
  readonly requestId: string;
}

const outbox = new ChildOutbox(die);
const results = new ResultWriter(outbox);
const leases = new LeaseHolder();
const reader = new BatchReader();
const invocations = new InvocationReader();
const permit = Buffer.alloc(1);
const traceId = new TraceIdVariable();
const running = new SafeSet<Running>();
let waitingForIdle: (() => void)[] = [];
const waiting = new WaitingInvocations<WaitingMessage>();
/** Null until the process hears which function it is for. */
let init: ChildInit | null = null;
let concurrency = 1;
let currentInvocation: AsyncLocalStorage<Running> | null = null;
/**
 * Following a context through every promise costs more than a quick handler itself. Only functions that
 * write logs need it, and they show themselves by their first line, which goes without a label.
 */
let hasLogged = false;
/** The running invocation takes its time: what is left to do may be nothing. */
let isSlow = false;
let handler: Handler;
let isReady = false;
let intrinsics: Intrinsics;
let output: readonly LabelledLines[] = [];
/** Null unless the time here follows a clock that may be moved. */
let clock: FollowedClock | null = null;

// --- the pipes ---
const splitter = new BatchSplitter(receive);
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
// Read into one buffer: `onread` is the constructor's too, which its types leave out.
const pipeOptions: SocketConstructorOpts & Pick<TcpSocketConnectOpts, "onread"> = {
  fd: descriptor.input,
  readable: true,
  writable: true,
  onread: {
    buffer: readBuffer,
    callback: (length) => {
      splitter.add(readBuffer, length);
      startWaiting();
      return true;
    },
  },
};
const pipe = new Socket(pipeOptions);
// The host is gone: nobody is left to work for.
pipe.on("end", die);
pipe.on("close", die);
pipe.on("error", die);

const channel = new ChannelClient(outbox, leases, holdLoop);

function die(): never {
  killOwn(pid, "SIGKILL");
  throw new Error("killed");
}

/** Whatever the function has made of `process.exit`, it ends. */
function leave(code: number): never {
  outbox.flushNow();
  try {
    exitOwn(code);
  } finally {
    die();
  }
}

function receive(buffer: Buffer, from: number, to: number): void {
  reader.open(buffer, from, to);
  while (reader.hasMore) {
    switch (reader.byte()) {
      case toChild.invoke:
        waiting.push(invocations.read(reader));
        break;
      case toChild.message:
        waiting.push(invocations.readMessage(reader));
        break;
      case toChild.seed:
        invocations.keepSeed(reader);
        break;
      case toChild.second:
        invocations.keepTime(reader);
        break;
      case toChild.origin:
        invocations.keepOrigin(reader);
        break;
      case toChild.reply:
        channel.receive(reader);
        break;
      case toChild.revoke:
        leases.revoke(reader.text());
        break;
      case toChild.recall:
        waiting.clear();
        outbox.writer.byte(toHost.recalled);
        outbox.added(false);
        break;
      case toChild.clock:
        follow(reader.number(), reader.double());
        break;
      default:
        init = parse(reader.text()) as ChildInit;
        void begin(init);
    }
  }
}

/** Lets the event loop run empty only while a handler waits for that, or for what may never come. */
function holdLoop(): void {
  if ((isSlow || waitingForIdle.length > 0) && !channel.isWaiting) pipe.unref();
  else pipe.ref();
}

// --- what the function sees of its process ---

function captureOutput(stream: NodeJS.WriteStream, what: Logged): LabelledLines {
  const lines = new LabelledLines((requestId, line) => outbox.log(requestId, what, line));
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    hasLogged = true;
    lines.add(currentRequestId(), chunk);
    // At once, as on Lambda: what ends this process now must not take the line with it.
    outbox.flush();
    const done = rest[rest.length - 1];
    if (typeof done === "function") queueTask(() => done());
    return true;
  };
  return lines;
}

function currentRequestId(): string | null {
  if (currentInvocation !== null) return currentInvocation.getStore()?.requestId ?? null;
  for (const invocation of running) return invocation.requestId;
  return null;
}

// --- invocations ---

function startWaiting(): void {
  if (!isReady) return;
  while (!waiting.isEmpty && running.size < concurrency) {
    // Without a permit the host has taken it back, and says so.
    if (readSync(descriptor.permits, permit, 0, 1, null) === 0) return;
    const next = waiting.take();
    if (next !== null) run(next, next.event);
  }
}

function run(invocation: Running, event: string | WaitingMessage): void {
  running.add(invocation);
  watchForDrain();
  // Of several at a time the variable could name but one.
  if (concurrency === 1) traceId.set(invocation.requestId);
  if (currentInvocation === null || !hasLogged) call(invocation, event);
  else currentInvocation.run(invocation, call, invocation, event);
}

function call(invocation: Running, event: string | WaitingMessage): void {
  const { context, convention } = given();
  const payload = typeof event === "string" ? event : eventOf(event);
  callHandler(handler, payload, invocation.requestId, context, convention, {
    succeed: (json) => succeed(invocation, json),
    fail: (error) => fail(invocation, error),
    ignoreReturn: (warning) => outbox.log(invocation.requestId, logged.ignoredReturn, warning),
    whenIdle: (go, mayCallBack) => {
      // With several at a time the others keep the loop busy: one turn must do.
      if (concurrency === 1) waitingForIdle[waitingForIdle.length] = go;
      else if (!mayCallBack) each(go);
      holdLoop();
    },
  });
}

function given(): ChildInit {
  if (init === null) throw new Error("the process has no function yet");
  return init;
}

/** False: it has ended before. What it wrote without a line feed is reported before its result. */
function end(invocation: Running): boolean {
  if (!running.delete(invocation)) return false;
  writeCoverage();
  if (hasLogged) for (const stream of output) stream.flush(invocation.requestId);
  if (isSlow) {
    isSlow = false;
    holdLoop();
  }
  return true;
}

function succeed(invocation: Running, json: string): void {
  if (!end(invocation)) return;
  results.succeeded(invocation.number, json);
  goOn();
}

function fail(invocation: Running, error: ErrorReport): void {
  if (!end(invocation)) return;
  results.failed(invocation.number, error, false);
  goOn();
}

/** Nothing more begins in an environment that an invocation has spoilt for those that follow. */
function goOn(): void {
  if (intrinsics.areChanged && running.size === 0) leave(1);
  if (!waiting.isEmpty) startWaiting();
}

// --- a promise that nothing can settle any more ---

/** How long a handler runs before the pipe no longer keeps the event loop from running empty. */
const quickMs = 10;
let isWatching = false;

/** One timer for many invocations: quick handlers never pay for more. */
function watchForDrain(): void {
  if (isWatching || concurrency > 1) return;
  isWatching = true;
  later(() => {
    isWatching = false;
    if (running.size === 0) return;
    isSlow = true;
    holdLoop();
  }, quickMs).unref();
}

process.on("beforeExit", () => {
  if (!isReady) return;
  const ready = waitingForIdle;
  waitingForIdle = [];
  // What an ended one makes way for is not stranded yet.
  const stranded = ready.length === 0 ? Array.from(running) : [];
  for (const invocation of stranded) abandon(invocation);
  isSlow = false;
  holdLoop();
  for (const go of ready) go();
});

function abandon(invocation: Running): void {
  const outcome = strandedOutcome(handler, given().convention);
  if (outcome === "exit") leave(0);
  if (outcome === "null") succeed(invocation, "null");
  else fail(invocation, outcome);
}

// --- a clock that is moved ---

function follow(number: number, offsetMs: number): void {
  clock?.move(offsetMs);
  whenSettled(isSettled, () => {
    outbox.writer.byte(toHost.followed);
    outbox.writer.number(number);
    outbox.writer.double(running.size === 0 || clock === null ? Infinity : clock.nextDueMs);
    outbox.added(false);
  });
}

/** Nothing runs, or what runs waits for a timer. */
function isSettled(): boolean {
  if (clock?.isBehind === true) return false;
  if (running.size === 0) return waiting.isEmpty || !isReady;
  return !channel.isWaiting && !hasActiveWork();
}

// --- ends that no handler returns from ---

function dieOf(error: ErrorReport): void {
  if (!isReady) results.initFailed(error);
  // Nobody waits who could hear it.
  else if (running.size === 0) stderr.write(`${error.trace.join("\n")}\n`);
  for (const { number } of running) results.failed(number, error, true);
  running.clear();
  leave(1);
}

// --- init ---

async function begin({
  env,
  directory,
  inspect,
  location,
  convention,
  ...rest
}: ChildInit): Promise<void> {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  if (rest.concurrency === 1) traceId.install();
  process.chdir(directory);
  concurrency = rest.concurrency;
  if (concurrency > 1) currentInvocation = new AsyncLocalStorage();
  output = [
    captureOutput(process.stdout, logged.stdout),
    captureOutput(process.stderr, logged.stderr),
  ];
  installLambdaConsole(currentRequestId);
  Object.defineProperty(globalThis, Symbol.for("arclet.gateway"), {
    value: Object.freeze({
      request: channel.request.bind(channel),
      realtime: channel.realtime.bind(channel),
    }),
  });
  // From Node.js 24 on AWS's client leaves both to Node.js, which ends the process.
  if (convention === "callback") {
    process.on("uncaughtException", (error) => dieOf(reportError(error)));
    process.on("unhandledRejection", (reason) => dieOf(reportRejection(reason)));
  }
  process.on("exit", () => {
    for (const stream of output) stream.end();
    outbox.flushNow();
  });
  if (inspect !== null) {
    const { openDebugger } = await import("./open-debugger.ts");
    openDebugger(inspect);
  }
  if (rest.clockOffsetMs !== null) {
    const { installFollowedClock } = await import("./followed-clock.ts");
    clock = installFollowedClock(rest.clockOffsetMs);
  }
  const loaded = await loadHandler(location);
  const refusal = loaded.ok ? refuseHandler(loaded.handler, convention) : loaded.error;
  if (loaded.ok && refusal === null) {
    handler = loaded.handler;
    intrinsics = new Intrinsics();
    isReady = true;
    outbox.writer.byte(toHost.ready);
    outbox.added(false);
  } else {
    results.initFailed(refusal ?? runtimeError("Runtime.Unknown", "init failed"));
  }
  outbox.flush();
  startWaiting();
}
