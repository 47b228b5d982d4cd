import type { EnvironmentOptions, ExecutionEnvironment } from "../execution-strategy.ts";
import { callHandler, callingConvention, type CallingConvention } from "../handler/call-handler.ts";
import {
  exitError,
  reportError,
  reportRejection,
  type ErrorReport,
} from "../handler/error-report.ts";
import type { ContextTemplate } from "../handler/lambda-context.ts";
import type { Handler } from "../handler/load-handler.ts";
import type { Invocation, InvocationResult } from "../../invocation.ts";
import { describeContext } from "../lambda-environment.ts";
import { LabelledLines } from "../output/labelled-lines.ts";
import { traceIdOf } from "../trace-id.ts";
import type { GuestEnvironment, SharedProcess } from "./shared-process.ts";

/** A module of the runtime's own process, and what it is shown of that process. */
export class InProcessEnvironment implements ExecutionEnvironment, GuestEnvironment {
  readonly id: string;
  readonly canPrefetch = false;
  readonly hasSlot = true;
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly console: GuestEnvironment["console"];
  readonly #options: EnvironmentOptions;
  readonly #shared: SharedProcess;
  readonly #context: ContextTemplate;
  readonly #convention: CallingConvention;
  readonly #running = new Set<Invocation>();
  readonly #output: { readonly stdout: LabelledLines; readonly stderr: LabelledLines };
  #handler: Handler | null = null;
  #ended: ErrorReport | null = null;

  constructor(id: string, options: EnvironmentOptions, shared: SharedProcess) {
    this.id = id;
    this.#options = options;
    this.#shared = shared;
    this.env = { ...options.env };
    this.cwd = options.built.sourceDirectory;
    this.console = shared.createConsole(this.env);
    this.#context = describeContext(options);
    this.#convention = callingConvention(options.config.runtime);
    this.#output = { stdout: this.#lines("stdout"), stderr: this.#lines("stderr") };
  }

  /** From now on invocations run. */
  open(handler: Handler): void {
    this.#handler = handler;
  }

  /** What it has ended with, by itself; null while it lives. */
  get ended(): ErrorReport | null {
    return this.#ended;
  }

  invoke(invocation: Invocation): void {
    const { payload, requestId } = invocation;
    const handler = this.#handler;
    if (handler === null) throw new Error("an invocation came before the handler was loaded");
    this.#running.add(invocation);
    if (this.#options.concurrency === 1) this.env["_X_AMZN_TRACE_ID"] = traceIdOf(requestId);
    this.#shared.run(this, requestId, () =>
      callHandler(handler, payload, requestId, this.#context, this.#convention, {
        succeed: (json) => this.#finish(invocation, { ok: true, payload: json }),
        fail: (error) => this.#finish(invocation, { ok: false, kind: "handled", ...error }),
        // The loop of a whole server is never empty: one turn must do.
        whenIdle: (go, mayCallBack) => {
          if (!mayCallBack) setImmediate(go);
        },
      }),
    );
  }

  /** Nothing to begin: it is read when asked for. */
  measureMemory(): void {}

  /** All that the process has resident now, of which a function is a part that nobody can tell. */
  get usedMemoryMb(): number {
    return Math.ceil(process.memoryUsage.rss() / (1024 * 1024));
  }

  recall(): boolean {
    return false;
  }

  async stop(): Promise<void> {
    this.#end(exitError("signal: killed"));
  }

  write(stream: "stdout" | "stderr", requestId: string | null, chunk: string | Uint8Array): void {
    this.#output[stream].add(requestId, chunk);
  }

  exit(code: number): void {
    this.#end(exitError(`exit status ${code}`));
  }

  crash(thrown: unknown, isRejection: boolean): void {
    const error = isRejection ? reportRejection(thrown) : reportError(thrown);
    const isReported = this.#convention === "callback" && this.#running.size > 0;
    if (isReported) {
      for (const invocation of this.#running)
        this.#finish(invocation, { ok: false, kind: "unhandled", ...error });
    } else {
      this.write("stderr", null, `${error.trace.join("\n")}\n`);
    }
    this.#end(exitError("exit status 1", error.trace));
  }

  /** What comes after the environment's end, or twice, no longer counts. */
  #finish(invocation: Invocation, result: InvocationResult): void {
    if (this.#ended !== null || !this.#running.delete(invocation)) return;
    // What follows from a result is the host's doing.
    this.#shared.leave(() => {
      this.#output.stdout.flush(invocation.requestId);
      this.#output.stderr.flush(invocation.requestId);
      this.#options.observer.onResult(invocation, result);
    });
  }

  #end(reason: ErrorReport): void {
    if (this.#ended !== null) return;
    this.#ended = reason;
    this.#output.stdout.end();
    this.#output.stderr.end();
    this.#options.observer.onExit({ ok: false, kind: "unhandled", ...reason }, [...this.#running]);
  }

  #lines(stream: "stdout" | "stderr"): LabelledLines {
    const { observer, functionId } = this.#options;
    return new LabelledLines((requestId, text) =>
      observer.onLog({ functionId, requestId, stream, text }),
    );
  }
}
