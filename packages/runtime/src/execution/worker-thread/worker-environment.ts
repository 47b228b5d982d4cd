import {
  MessageChannel,
  receiveMessageOnPort,
  type MessagePort,
  type Worker,
} from "node:worker_threads";
import type { Leases } from "../../connections/leases.ts";
import type {
  EnvironmentOptions,
  ExecutionEnvironment,
  StartResult,
} from "../execution-strategy.ts";
import { callingConvention } from "../handler/call-handler.ts";
import { exitError, reportError, type ErrorReport } from "../handler/error-report.ts";
import type { Invocation, InvocationFailure } from "../../invocation.ts";
import { describeContext } from "../lambda-environment.ts";
import { memoryAllowanceMb } from "../memory-allowance.ts";
import { LineReader } from "../output/line-reader.ts";
import { ChannelServer } from "./channel-server.ts";
import { MemoryGauge } from "./memory-gauge.ts";
import { Outbox } from "./outbox.ts";
import { slotCount, slotState, toHost, toWorker, type Field, type WorkerInit } from "./protocol.ts";
import { RecordReader } from "./record-reader.ts";
import type { Thread } from "./thread.ts";

/** The outside of a worker: hands invocations in, serves its requests, tells what happened. */
export class WorkerEnvironment implements ExecutionEnvironment {
  readonly id: string;
  readonly canPrefetch = true;
  readonly #options: EnvironmentOptions;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #outbox: Outbox;
  readonly #channel: ChannelServer;
  readonly #reader = new RecordReader();
  readonly #slots: Int32Array;
  readonly #memory = new MemoryGauge();
  readonly #invocations: (Invocation | null)[] = Array.from({ length: slotCount }, () => null);
  #nextSlot = 0;
  #taken = 0;
  #isEnded = false;
  readonly #readers: LineReader[] = [];
  #crash: ErrorReport | null = null;
  #settleStart: ((result: StartResult) => void) | null = null;

  constructor(id: string, thread: Thread, leases: Leases, options: EnvironmentOptions) {
    this.id = id;
    this.#options = options;
    const { built, config, env } = options;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#outbox = new Outbox(port1);
    this.#channel = new ChannelServer(options.channel, this.#outbox);
    this.#slots = new Int32Array(new SharedArrayBuffer(slotCount * Int32Array.BYTES_PER_ELEMENT));
    const init: WorkerInit = {
      port: port2,
      slots: this.#slots,
      memory: this.#memory.table,
      memoryLimitMb: config.memory + memoryAllowanceMb,
      leases: leases.table,
      location: { entry: built.entry, format: built.format, handler: built.handler },
      env: { ...env },
      context: describeContext(options),
      convention: callingConvention(config.runtime),
      concurrency: options.concurrency,
      sourceDirectory: built.sourceDirectory,
    };
    this.#worker = thread.worker;
    port1.on("message", (fields: Field[]) => this.#receive(fields));
    // What native code and Node itself write goes past the streams the bootstrap captures.
    for (const stream of ["stdout", "stderr"] as const) {
      const reader = new LineReader((line) => this.#log(stream, line));
      this.#readers.push(reader);
      this.#worker[stream].on("data", (chunk: Buffer) => reader.add(chunk));
    }
    // Its last messages come behind it, before `exit`.
    this.#worker.once("error", (error: unknown) => {
      this.#crash = this.#describeCrash(error);
    });
    options.initLimit.addEventListener("abort", () => void this.#worker.terminate(), {
      once: true,
    });
    this.#worker.once("exit", (code) => {
      const how = this.#memory.isExceeded ? "signal: killed" : `exit status ${code}`;
      this.#end(this.#crash ?? exitError(how));
    });
    thread.begin(init, [port2]);
  }

  started(): Promise<StartResult> {
    return new Promise((resolve) => {
      this.#settleStart = resolve;
    });
  }

  measureMemory(): void {
    this.#memory.start();
  }

  get usedMemoryMb(): number | null {
    return this.#memory.peakMb;
  }

  get hasSlot(): boolean {
    return this.#taken < slotCount;
  }

  invoke(invocation: Invocation): void {
    this.#taken++;
    let slot = this.#nextSlot;
    while (this.#invocations[slot] !== null) slot = (slot + 1) % slotCount;
    this.#nextSlot = (slot + 1) % slotCount;
    this.#invocations[slot] = invocation;
    Atomics.store(this.#slots, slot, slotState.waiting);
    this.#outbox.add(toWorker.invoke, slot, invocation.requestId, invocation.payload);
  }

  hasBegun(invocation: Invocation): boolean {
    return this.#slotOf(invocation, slotState.started) !== -1;
  }

  recall(invocation: Invocation): boolean {
    const slot = this.#slotOf(invocation, slotState.waiting);
    if (slot === -1) return false;
    const before = Atomics.compareExchange(
      this.#slots,
      slot,
      slotState.waiting,
      slotState.recalled,
    );
    // The slot stays taken until the worker tells that it has passed over it: its record is on the way.
    return before === slotState.waiting;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(fields: readonly Field[]): void {
    const { observer, functionId } = this.#options;
    const reader = this.#reader;
    reader.open(fields);
    while (reader.hasMore) {
      switch (reader.number()) {
        case toHost.ready:
          this.#settle({ ok: true, environment: this });
          break;
        case toHost.initFailed:
          this.#settle({ ok: false, error: readFailure(reader, "init") });
          void this.#worker.terminate();
          break;
        case toHost.succeeded: {
          const invocation = this.#release(reader.number());
          const payload = reader.text();
          if (invocation !== null) observer.onResult(invocation, { ok: true, payload });
          break;
        }
        case toHost.failed: {
          const invocation = this.#release(reader.number());
          const failure = readFailure(reader, reader.number() === 1 ? "unhandled" : "handled");
          if (invocation !== null) observer.onResult(invocation, failure);
          break;
        }
        case toHost.passedOver:
          this.#release(reader.number());
          break;
        case toHost.post:
          this.#channel.post(reader);
          break;
        case toHost.request:
          this.#channel.serve(reader);
          break;
        default: {
          const requestId = reader.textOrNull();
          const stream = reader.number() === 0 ? "stdout" : "stderr";
          observer.onLog({ functionId, requestId, stream, text: reader.text() });
        }
      }
    }
  }

  /** Not the slot of an earlier, recalled turn of the same invocation. */
  #slotOf(invocation: Invocation, state: number): number {
    return this.#invocations.findIndex(
      (other, index) => other === invocation && Atomics.load(this.#slots, index) === state,
    );
  }

  #release(slot: number): Invocation | null {
    const invocation = this.#invocations[slot] ?? null;
    this.#invocations[slot] = null;
    if (invocation !== null) this.#taken--;
    return invocation;
  }

  #log(stream: "stdout" | "stderr", text: string): void {
    const { observer, functionId } = this.#options;
    observer.onLog({ functionId, requestId: null, stream, text });
  }

  /** What Node.js itself ended the thread for; the trace says where, which Lambda tells in the log alone. */
  #describeCrash(error: unknown): ErrorReport {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ERR_WORKER_OUT_OF_MEMORY") return exitError("signal: killed");
    const { errorType, errorMessage, trace } = reportError(error);
    const lines = trace.length > 0 ? trace : [`Uncaught ${errorType}: ${errorMessage}`];
    for (const line of lines) this.#log("stderr", `${line}\n`);
    return exitError("exit status 1", lines);
  }

  #settle(result: StartResult): void {
    this.#settleStart?.(result);
    this.#settleStart = null;
  }

  #end(error: ErrorReport): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const reason: InvocationFailure = { ok: false, kind: "unhandled", ...error };
    for (const reader of this.#readers) reader.end();
    // What the worker told with its last breath is still on the way.
    for (;;) {
      const last = receiveMessageOnPort(this.#port);
      if (last === undefined) break;
      this.#receive(last.message as Field[]);
    }
    const started = this.#invocations.filter(
      (invocation, slot): invocation is Invocation =>
        invocation !== null && Atomics.load(this.#slots, slot) === slotState.started,
    );
    this.#port.close();
    this.#settle({ ok: false, error: { ...reason, kind: "init" } });
    this.#options.observer.onExit(reason, started);
  }
}

function readFailure(reader: RecordReader, kind: InvocationFailure["kind"]): InvocationFailure {
  const errorType = reader.text();
  const errorMessage = reader.text();
  const trace = reader.text();
  return { ok: false, kind, errorType, errorMessage, trace: trace === "" ? [] : trace.split("\n") };
}
