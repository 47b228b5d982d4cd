import type {
  EnvironmentOptions,
  ExecutionEnvironment,
  StartResult,
} from "../execution-strategy.ts";
import { callingConvention } from "../handler/call-handler.ts";
import { exitError, runtimeError, type ErrorReport } from "../handler/error-report.ts";
import type {
  FunctionLog,
  Invocation,
  InvocationFailure,
  InvocationResult,
} from "../../invocation.ts";
import { describeContext } from "../lambda-environment.ts";
import { LineReader } from "../output/line-reader.ts";
import { BatchReader, MalformedBatchError } from "./batch-reader.ts";
import { BatchSplitter } from "./batch-splitter.ts";
import { ChannelServer } from "./channel-server.ts";
import type { Followed } from "../../movable-clock.ts";
import { exitReason } from "./exit-reason.ts";
import type { FunctionProcess } from "./function-process.ts";
import { HeldInvocations } from "./held-invocations.ts";
import { HostOutbox } from "./host-outbox.ts";
import { InvocationWriter } from "./invocation-writer.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { killGroup, killRest } from "./process-group.ts";
import { memoryOf } from "./process-memory.ts";
import {
  logged,
  rememberedResultLength,
  toChild,
  toHost,
  type ChildInit,
  type InspectAddress,
} from "./records.ts";

/** How long output is still read after the process has ended: what it started may keep the pipes. */
const drainMs = 200;
/** Answers that a process has asked for and does not read; one that leaves more is ended. */
const maximumBacklogBytes = 256 * 1024 * 1024;
/** What V8 writes before it aborts for want of memory. */
const outOfMemory = /heap out of memory|FATAL ERROR: .*(?:allocation|memory)/i;

/** The outside of a process: hands invocations in, serves its requests, reports what happened. */
export class ProcessEnvironment implements ExecutionEnvironment {
  readonly id: string;
  readonly canPrefetch = true;
  readonly hasSlot = true;
  readonly #options: EnvironmentOptions;
  readonly #process: FunctionProcess;
  readonly #outbox: HostOutbox;
  readonly #channel: ChannelServer;
  readonly #reader = new BatchReader();
  readonly #invocations: InvocationWriter;
  readonly #memory: MemoryWatch;
  readonly #exited: Promise<void>;
  /** Handed over and without a result, in order: those that have begun, then those that have not. */
  readonly #held = new HeldInvocations();
  /** Taken back, not begun: handed over once the process has let go of them. */
  #returned: Invocation[] = [];
  #isRecalling = false;
  readonly #clockOffsetMs: number | null;
  #count = 0;
  #given = 0;
  #ended = 0;
  /** The last one with a short payload. */
  #lastSuccess: InvocationResult | null = null;
  #hasRunOutOfMemory = false;
  #isReady = false;
  #isEnded = false;
  readonly #lines: LineReader[] = [];
  readonly #following = new Map<number, (followed: Followed) => void>();
  #settleStart: ((result: StartResult) => void) | null = null;

  constructor(
    id: string,
    started: FunctionProcess,
    { inspect, clockOffsetMs }: Pick<ChildInit, "inspect" | "clockOffsetMs">,
    options: EnvironmentOptions,
  ) {
    this.id = id;
    this.#options = options;
    this.#clockOffsetMs = clockOffsetMs;
    this.#process = started;
    const { child, pipe, input } = started;
    this.#outbox = new HostOutbox(input, (invocations) => started.permits.grant(invocations));
    this.#invocations = new InvocationWriter(this.#outbox.writer);
    this.#channel = new ChannelServer(options.channel, this.#outbox);
    this.#memory = new MemoryWatch(
      options.config.memory,
      () => !this.#isReady || this.#held.size > 0,
      () => this.#kill(exitError("signal: killed")),
    );
    const splitter = new BatchSplitter((buffer, start, end) => this.#receive(buffer, start, end));
    pipe.on("data", (chunk: Buffer) => {
      if (this.#isEnded) return;
      try {
        splitter.add(chunk, chunk.length);
      } catch (error) {
        if (!(error instanceof MalformedBatchError)) throw error;
        this.#log("stderr", `The function's process wrote to descriptor 3: ${error.message}\n`);
        this.#kill(exitError("signal: killed"));
      }
    });
    // A process without its pipe can do nothing more.
    pipe.once("end", () => killGroup(child));
    for (const end of [pipe, input]) end.on("error", () => killGroup(child));
    this.#readOutput();
    this.#exited = this.#watchExit();
    options.initLimit.addEventListener("abort", () => void this.stop(), { once: true });
    if (child.pid !== undefined) this.#memory.start(child.pid);
    this.#begin(inspect);
  }

  started(): Promise<StartResult> {
    return new Promise((resolve) => {
      this.#settleStart = resolve;
    });
  }

  /** The system counts it anyway. */
  measureMemory(): void {}

  get usedMemoryMb(): number | null {
    const { pid } = this.#process.child;
    return pid === undefined ? null : (memoryOf(pid)?.peak ?? null);
  }

  invoke(invocation: Invocation): void {
    if (this.#isRecalling) this.#returned.push(invocation);
    else this.#hand(invocation);
  }

  get begun(): number {
    return this.#ended + this.#begunOfHeld;
  }

  get #begunOfHeld(): number {
    return this.#held.size - this.#process.permits.unused - this.#outbox.unwrittenInvocations;
  }

  hasBegun(invocation: Invocation): boolean {
    return this.#held.isAmongOldest(invocation, this.#begunOfHeld);
  }

  recall(invocation: Invocation): boolean {
    if (this.#isEnded) return false;
    this.#takeBack();
    const index = this.#returned.lastIndexOf(invocation);
    if (index === -1) return false;
    this.#returned.splice(index, 1);
    return true;
  }

  follow(offsetMs: number): Promise<Followed> {
    if (this.#isEnded) return Promise.resolve({ nextDueMs: Infinity, given: this.#given });
    this.#count = (this.#count + 1) >>> 0;
    const number = this.#count;
    const { writer } = this.#outbox;
    writer.byte(toChild.clock);
    writer.number(number);
    writer.double(offsetMs);
    this.#outbox.added(false);
    return new Promise((resolve) => {
      this.#following.set(number, resolve);
    });
  }

  async stop(): Promise<void> {
    this.#kill(exitError("signal: killed"));
    await this.#exited;
  }

  #hand(invocation: Invocation): void {
    this.#count = (this.#count + 1) >>> 0;
    this.#given++;
    this.#held.push(this.#count, invocation);
    this.#invocations.write(this.#count, invocation);
    this.#outbox.added(true);
    const { pid } = this.#process.child;
    if (pid !== undefined) this.#memory.start(pid);
  }

  /** Takes the permits of what has not begun, so that it never will. */
  #takeBack(): void {
    // What waits in the outbox has its permits only once it is written.
    this.#outbox.flush();
    const count = this.#process.permits.takeBack();
    if (count === 0) return;
    this.#returned.push(...this.#held.takeNewest(count));
    if (this.#isRecalling || this.#isEnded) return;
    this.#isRecalling = true;
    this.#outbox.writer.byte(toChild.recall);
    this.#outbox.added(false);
    this.#outbox.flush();
  }

  /** The process has let go of everything that was taken back. */
  #resume(): void {
    this.#isRecalling = false;
    const returned = this.#returned;
    this.#returned = [];
    for (const invocation of returned) this.#hand(invocation);
  }

  #begin(inspect: InspectAddress | null): void {
    const { built, config, env, concurrency } = this.#options;
    const init: ChildInit = {
      location: { entry: built.entry, format: built.format, handler: built.handler },
      env,
      context: describeContext(this.#options),
      convention: callingConvention(config.runtime),
      concurrency,
      directory: built.directory,
      inspect,
      clockOffsetMs: this.#clockOffsetMs,
    };
    this.#outbox.writer.byte(toChild.init);
    this.#outbox.writer.text(JSON.stringify(init));
    this.#outbox.added(false);
    this.#outbox.flush();
  }

  #receive(buffer: Buffer, start: number, end: number): void {
    const { observer, functionId } = this.#options;
    const reader = this.#reader;
    reader.open(buffer, start, end);
    // What a result sets off may end this environment.
    while (reader.hasMore && !this.#isEnded) {
      const kind = reader.byte();
      switch (kind) {
        case toHost.succeeded: {
          const invocation = this.#release(reader.number());
          const result = { ok: true, payload: reader.text() } as const;
          this.#lastSuccess = result.payload.length <= rememberedResultLength ? result : null;
          observer.onResult(invocation, result);
          break;
        }
        case toHost.succeededAgain: {
          const invocation = this.#release(reader.number());
          if (this.#lastSuccess === null)
            throw new MalformedBatchError("a result that is not known");
          observer.onResult(invocation, this.#lastSuccess);
          break;
        }
        case toHost.post:
          this.#channel.post(reader);
          break;
        case toHost.request:
        case toHost.realtime:
          if (kind === toHost.request) this.#channel.serve(reader);
          else this.#channel.serveRealtime(reader);
          if (this.#outbox.backlogBytes > maximumBacklogBytes)
            throw new MalformedBatchError("more requests than answers that are read");
          break;
        case toHost.failed: {
          const invocation = this.#release(reader.number());
          const failure = readFailure(reader, reader.byte() === 1 ? "unhandled" : "handled");
          observer.onResult(invocation, failure);
          break;
        }
        case toHost.followed:
          this.#followed(reader.number(), reader.double());
          break;
        case toHost.recalled:
          this.#resume();
          break;
        case toHost.log: {
          const requestId = reader.text() || null;
          const what = reader.byte();
          observer.onLog({
            kind: what === logged.ignoredReturn ? "ignored-return" : "output",
            functionId,
            requestId,
            stream: what === logged.stdout ? "stdout" : "stderr",
            text: reader.text(),
          });
          break;
        }
        case toHost.ready:
          this.#isReady = true;
          this.#settle({ ok: true, environment: this });
          break;
        case toHost.initFailed:
          this.#settle({ ok: false, error: readFailure(reader, "init") });
          this.#kill(exitError("signal: killed"));
          break;
        default:
          throw new MalformedBatchError(`a record ${kind}`);
      }
    }
  }

  #followed(number: number, nextDueMs: number): void {
    this.#following.get(number)?.({ nextDueMs, given: this.#given });
    this.#following.delete(number);
  }

  #release(number: number): Invocation {
    const invocation = this.#held.take(number);
    if (invocation === null) throw new MalformedBatchError("a result that nobody waits for");
    this.#ended++;
    return invocation;
  }

  /** What native code and Node.js itself write goes past the streams the bootstrap captures. */
  #readOutput(): void {
    const { stdout, stderr } = this.#process;
    for (const [stream, pipe] of [
      ["stdout", stdout],
      ["stderr", stderr],
    ] as const) {
      const lines = new LineReader((text) => {
        if (stream === "stderr" && outOfMemory.test(text)) this.#hasRunOutOfMemory = true;
        this.#log(stream, text);
      });
      this.#lines.push(lines);
      pipe.on("data", (chunk: Buffer) => {
        if (!this.#isEnded) lines.add(chunk);
      });
      pipe.on("error", () => {});
    }
  }

  /** Resolves when the process has ended and all of its output is read. */
  #watchExit(): Promise<void> {
    const { child, stdout, stderr, pipe, input } = this.#process;
    return new Promise((resolve) => {
      let drain: NodeJS.Timeout | undefined;
      child.once("error", (error) => {
        if (child.pid !== undefined) return;
        const text = `The function's process could not be started: ${error.message}`;
        this.#end(runtimeError("Runtime.InvalidEntrypoint", text));
        resolve();
      });
      child.once("exit", () => {
        // Lambda ends what a runtime has started with it.
        killRest(child);
        drain = setTimeout(() => {
          // What had come by then is read first, however late this is.
          setImmediate(() => {
            for (const stream of [stdout, stderr, pipe, input]) stream.destroy();
          });
        }, drainMs);
      });
      child.once("close", (code, signal) => {
        clearTimeout(drain);
        const isMemory = signal === "SIGABRT" && this.#hasRunOutOfMemory;
        this.#end(exitError(isMemory ? "signal: killed" : exitReason(code, signal)));
        resolve();
      });
    });
  }

  #log(stream: FunctionLog["stream"], text: string): void {
    const { observer, functionId } = this.#options;
    observer.onLog({ kind: "output", functionId, requestId: null, stream, text });
  }

  #settle(result: StartResult): void {
    this.#settleStart?.(result);
    this.#settleStart = null;
  }

  /** Its invocations end now, not when the system has taken its memory back. */
  #kill(reason: ErrorReport): void {
    killGroup(this.#process.child);
    this.#end(reason);
  }

  #end(error: ErrorReport): void {
    if (this.#isEnded) return;
    // What has a permit that nobody used had not begun, nor what never left.
    this.#outbox.close();
    const unwritten = this.#outbox.unwrittenInvocations;
    const unused = this.#process.permits.takeBack() + unwritten;
    const started = this.#held.oldest(this.#held.size - unused);
    for (const lines of this.#lines) lines.end();
    this.#isEnded = true;
    this.#memory.stop();
    this.#channel.close();
    this.#process.permits.close();
    const reason: InvocationFailure = { ok: false, kind: "unhandled", ...error };
    this.#settle({ ok: false, error: { ...reason, kind: "init" } });
    for (const number of this.#following.keys()) this.#followed(number, Infinity);
    this.#options.observer.onExit(reason, started);
  }
}

function readFailure(reader: BatchReader, kind: InvocationFailure["kind"]): InvocationFailure {
  const errorType = reader.text();
  const errorMessage = reader.text();
  const trace = reader.text();
  return { ok: false, kind, errorType, errorMessage, trace: trace === "" ? [] : trace.split("\n") };
}
