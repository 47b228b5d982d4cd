import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Duplex, Readable } from "node:stream";
import type { RealtimeReply } from "@arclet/functions/gateway";
import type { ConnectionCommand, ConnectionReply } from "../../connections/connection-router.ts";
import { readRealtimeCommand } from "../../connections/realtime-command.ts";
import type {
  EnvironmentOptions,
  ExecutionEnvironment,
  StartResult,
} from "../execution-strategy.ts";
import type {
  FunctionLog,
  FunctionLogKind,
  Invocation,
  InvocationFailure,
} from "../../invocation.ts";
import { exitError, runtimeError, type ErrorReport } from "../handler/error-report.ts";
import { describeContext } from "../lambda-environment.ts";
import { LineReader } from "../output/line-reader.ts";
import type { ProcessWarden } from "../process/process-warden.ts";
import { exitReason } from "../process/exit-reason.ts";
import { MalformedBatchError } from "../process/batch-reader.ts";
import { MemoryWatch } from "../process/memory-watch.ts";
import { killGroup, killRest, ownGroup } from "../process/process-group.ts";
import { memoryOf } from "../process/process-memory.ts";
import { messageLine, MessageLines } from "./message-lines.ts";
import { RuntimeApi } from "./runtime-api.ts";
import type { RuntimeCommand } from "./runtime-command.ts";

/** Between SIGTERM and SIGKILL: Lambda's shutdown phase with an internal extension. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const shutdownMs = 500;
/** How long output is still read after the process has ended. */
const drainMs = 200;

/** Bootstrap → host. */
export type ChildMessage =
  | {
      readonly type: "request";
      readonly number: number;
      readonly connectionId: string;
      readonly command: ConnectionCommand;
    }
  | {
      readonly type: "realtime";
      readonly number: number;
      /** `RealtimeCommand` as JSON. */
      readonly command: string;
      readonly data: string | Uint8Array | null;
    }
  | {
      readonly type: "log";
      readonly kind: FunctionLogKind;
      readonly requestId: string | null;
      readonly stream: FunctionLog["stream"];
      readonly text: string;
    };

/** Host → bootstrap. */
export interface ChildReply {
  readonly number: number;
  /** `failed`: the gateway could not carry it out. */
  readonly answer: ConnectionReply | RealtimeReply | "gone" | "failed";
}

/** A process that speaks the Runtime API, and the API it speaks to. */
export class ChildEnvironment implements ExecutionEnvironment {
  readonly id: string;
  readonly canPrefetch = false;
  /** The queue of the Runtime API has no end. */
  readonly hasSlot = true;
  readonly #options: EnvironmentOptions;
  readonly #warden: ProcessWarden;
  readonly #api: RuntimeApi;
  readonly #memory: MemoryWatch;
  readonly #readers: LineReader[] = [];
  readonly #start: Promise<StartResult>;
  #settleStart: (result: StartResult) => void = () => undefined;
  #child: ChildProcess | null = null;
  #messages: Duplex | null = null;
  #lastError = "";
  #isReady = false;
  #isStopping = false;
  #isEnded = false;
  /** Its result came; output that belongs to it may still be on the way. */
  #finishing: { readonly invocation: Invocation; readonly report: () => void } | null = null;

  constructor(id: string, warden: ProcessWarden, options: EnvironmentOptions) {
    this.#warden = warden;
    this.id = id;
    this.#options = options;
    this.#start = new Promise((resolve) => {
      this.#settleStart = resolve;
    });
    const { observer, config } = options;
    this.#memory = new MemoryWatch(
      config.memory,
      () => !this.#isReady || this.#api.hasWork,
      () => this.#kill(exitError("signal: killed")),
    );
    this.#api = new RuntimeApi({
      timeoutMs: config.timeout * 1000,
      functionArn: describeContext(options).invokedFunctionArn,
      observer: {
        onReady: () => {
          this.#isReady = true;
          this.#settleStart({ ok: true, environment: this });
        },
        onInitError: (error) => {
          this.#settleStart(initFailure(error));
          void this.stop();
        },
        onResponse: (invocation, payload) =>
          this.#afterOutput(invocation, () => observer.onResult(invocation, { ok: true, payload })),
        onError: (invocation, error, isUnhandled) =>
          this.#afterOutput(invocation, () => {
            const kind = isUnhandled ? "unhandled" : "handled";
            observer.onResult(invocation, { ok: false, kind, ...error });
          }),
      },
    });
  }

  async start(command: RuntimeCommand): Promise<StartResult> {
    this.#options.initLimit.addEventListener("abort", () => void this.stop(), { once: true });
    const address = await this.#api.listen();
    if (this.#isStopping) {
      this.#end(exitError("signal: killed"));
      return this.#start;
    }
    const child = spawn(command.program, command.parameters, {
      cwd: command.cwd,
      env: { ...this.#options.env, AWS_LAMBDA_RUNTIME_API: address },
      stdio: ["ignore", "pipe", "pipe", ...(command.isOwn ? (["pipe"] as const) : [])],
      ...ownGroup,
    });
    this.#warden.watch(child);
    this.#child = child;
    if (child.pid !== undefined) this.#memory.start(child.pid);
    this.#read(child.stdout, "stdout");
    this.#read(child.stderr, "stderr");
    if (command.isOwn) this.#readMessages(child.stdio[3] as Duplex);
    child.once("error", (error) => {
      if (child.pid !== undefined) return;
      this.#end(startError(command, error));
    });
    // `close` comes after the last output, unlike `exit`; a grandchild that keeps the pipes holds it back.
    let drain: NodeJS.Timeout | undefined;
    child.once("exit", () => {
      killRest(child);
      drain = setTimeout(
        () => [child.stdout, child.stderr].map((pipe) => pipe?.destroy()),
        drainMs,
      );
    });
    child.once("close", (code, signal) => {
      clearTimeout(drain);
      const isModuleMissing = this.#lastError.includes("No module named awslambdaric");
      this.#end(isModuleMissing ? missingClient(command) : exitError(exitReason(code, signal)));
    });
    return this.#start;
  }

  /** The system counts it anyway. */
  measureMemory(): void {}

  get usedMemoryMb(): number | null {
    return this.#child?.pid === undefined ? null : (memoryOf(this.#child.pid)?.peak ?? null);
  }

  invoke(invocation: Invocation): void {
    this.#api.add(invocation);
    if (this.#child?.pid !== undefined) this.#memory.start(this.#child.pid);
  }

  hasBegun(invocation: Invocation): boolean {
    return this.#api.hasStarted(invocation);
  }

  recall(invocation: Invocation): boolean {
    return this.#api.recall(invocation);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#isStopping = true;
    if (child === null || child.pid === undefined || hasExited(child)) return;
    const closed = once(child, "close");
    if (this.#api.hasWork || !this.#isReady) {
      this.#kill(exitError("signal: killed"));
      await closed;
      return;
    }
    child.kill("SIGTERM");
    const timer = setTimeout(() => killGroup(child), shutdownMs);
    await closed;
    clearTimeout(timer);
  }

  /** Its invocations end now, not when the system has taken its memory back. */
  #kill(reason: ErrorReport): void {
    if (this.#child !== null) killGroup(this.#child);
    this.#end(reason);
  }

  /** Output was written before the result was sent, yet may be read later in the same turn. */
  #afterOutput(invocation: Invocation, report: () => void): void {
    this.#finish();
    const finishing = { invocation, report };
    this.#finishing = finishing;
    setImmediate(() => {
      if (this.#finishing === finishing) this.#finish();
    });
  }

  #finish(): void {
    if (this.#finishing === null) return;
    for (const reader of this.#readers) reader.flush();
    const { report } = this.#finishing;
    this.#finishing = null;
    report();
  }

  #read(pipe: Readable | null, stream: FunctionLog["stream"]): void {
    const reader = new LineReader((text) => {
      if (stream === "stderr") this.#lastError = text;
      // With several at a time the bootstrap labels what it writes; the rest belongs to none for sure.
      const isAlone = this.#options.concurrency === 1;
      const current = isAlone ? (this.#finishing?.invocation ?? this.#api.started[0]) : undefined;
      const requestId = current?.requestId ?? null;
      this.#log({ kind: "output", requestId, stream, text });
    });
    this.#readers.push(reader);
    pipe?.on("data", (chunk: Buffer) => reader.add(chunk));
  }

  #log(log: Omit<FunctionLog, "functionId">): void {
    this.#options.observer.onLog({ functionId: this.#options.functionId, ...log });
  }

  #readMessages(channel: Duplex): void {
    this.#messages = channel;
    const lines = new MessageLines((message) => {
      if (!isChildMessage(message)) throw new MalformedBatchError("a message of no known kind");
      if (!this.#isEnded) this.#receive(message);
    });
    channel.on("data", (chunk: Buffer) => {
      if (this.#isEnded) return;
      try {
        lines.add(chunk);
      } catch (error) {
        if (!(error instanceof MalformedBatchError)) throw error;
        const text = `The function's process wrote to descriptor 3: ${error.message}\n`;
        this.#log({ kind: "output", requestId: null, stream: "stderr", text });
        this.#kill(exitError("signal: killed"));
      }
    });
    channel.on("error", () => {});
  }

  #receive(message: ChildMessage): void {
    if (message.type === "log") {
      const { kind, requestId, stream, text } = message;
      this.#log({ kind, requestId, stream, text });
      return;
    }
    if (message.type === "realtime") {
      const { number, data } = message;
      const command = readRealtimeCommand(message.command);
      if (command === null) throw new MalformedBatchError("a command of rooms");
      const { channel } = this.#options;
      const answer = channel.realtime?.(command, data, typeof data === "string") ?? "failed";
      this.#reply({ number, answer });
      return;
    }
    const { number, connectionId, command } = message;
    const answer = this.#options.channel.request(connectionId, command);
    if (answer instanceof Promise) {
      answer.then(
        (settled) => this.#reply({ number, answer: settled }),
        () => this.#reply({ number, answer: "failed" }),
      );
    } else {
      this.#reply({ number, answer });
    }
  }

  #reply(reply: ChildReply): void {
    // A process that has ended needs no answer.
    if (this.#messages?.writable === true) this.#messages.write(messageLine(reply));
  }

  #end(reason: ErrorReport): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#memory.stop();
    this.#finish();
    for (const reader of this.#readers) reader.end();
    this.#settleStart(initFailure(reason));
    const started = this.#api.started;
    this.#api.close();
    this.#options.observer.onExit({ ok: false, kind: "unhandled", ...reason }, started);
  }
}

/** What a function writes in the bootstrap's place may be anything. */
function isChildMessage(message: unknown): message is ChildMessage {
  if (typeof message !== "object" || message === null) return false;
  const fields = new Map<string, unknown>(Object.entries(message));
  if (fields.get("type") === "log") {
    const requestId = fields.get("requestId");
    const isStream = fields.get("stream") === "stdout" || fields.get("stream") === "stderr";
    const isLabelled = requestId === null || typeof requestId === "string";
    const isKind = fields.get("kind") === "output" || fields.get("kind") === "ignored-return";
    return isKind && isStream && isLabelled && typeof fields.get("text") === "string";
  }
  if (fields.get("type") === "realtime") {
    const data = fields.get("data");
    const isData = data === null || typeof data === "string" || data instanceof Uint8Array;
    const isNumbered = typeof fields.get("number") === "number";
    return isData && isNumbered && typeof fields.get("command") === "string";
  }
  if (fields.get("type") !== "request") return false;
  const isAddressed =
    typeof fields.get("number") === "number" && typeof fields.get("connectionId") === "string";
  return isAddressed && isCommand(fields.get("command"));
}

function isCommand(command: unknown): command is ConnectionCommand {
  if (typeof command !== "object" || command === null) return false;
  const fields = new Map<string, unknown>(Object.entries(command));
  const [type, data] = [fields.get("type"), fields.get("data")];
  if (type !== "send") return type === "close" || type === "info";
  return typeof data === "string" || data instanceof Uint8Array;
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function startError({ program, cwd }: RuntimeCommand, error: Error): ErrorReport {
  const text = `${program} could not be started in ${cwd}: ${error.message}`;
  return runtimeError("Runtime.InvalidEntrypoint", text);
}

function missingClient({ program }: RuntimeCommand): ErrorReport {
  return runtimeError(
    "Runtime.InvalidEntrypoint",
    `${program} has no awslambdaric, AWS's runtime client for Python: run "${program} -m pip install awslambdaric", in a virtual environment if you like`,
  );
}

function initFailure(error: ErrorReport): {
  readonly ok: false;
  readonly error: InvocationFailure;
} {
  return { ok: false, error: { ok: false, kind: "init", ...error } };
}
