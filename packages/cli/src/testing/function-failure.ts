import type { InvocationFailure, TrafficEvent } from "@arclet/runtime";
import { describeFunctionError } from "../terminal/function-error.ts";
import { createStyle } from "../terminal/style.ts";

/** An invocation that failed, with the type, the message and the stack that the function reported. */
export class FunctionError extends Error {
  override readonly name: string;
  /** `ws/say` */
  readonly functionId: string;
  /** `handled`: the handler threw. Others as the runtime names them: `timeout`, `init`, `throttled`. */
  readonly kind: InvocationFailure["kind"];

  constructor(functionId: string, failure: InvocationFailure) {
    super(failure.errorMessage);
    this.name = failure.errorType;
    this.functionId = functionId;
    this.kind = failure.kind;
    if (failure.trace.length > 0) this.stack = failure.trace.join("\n");
  }
}

/** Functions' logs and failures, for the error messages of a test. */
export class FunctionReports {
  readonly #root: string;
  readonly #isSilent: boolean;
  readonly #texts: { readonly functionId: string; readonly text: string }[] = [];

  /** `isSilent`: do not write failures to standard error. */
  constructor(root: string, isSilent: boolean) {
    this.#root = root;
    this.#isSilent = isSilent;
  }

  observe(event: TrafficEvent): void {
    if (event.type === "log") {
      this.#texts.push({ functionId: event.log.functionId, text: event.log.text.trimEnd() });
    } else if (event.type === "invoked" && !event.result.ok) {
      const { functionId, result } = event;
      const style = createStyle(false);
      const lines = describeFunctionError(
        { functionId, ...result },
        { root: this.#root, style, isVerbose: false },
      );
      this.#texts.push({ functionId, text: lines.join("\n") });
      if (!this.#isSilent) process.stderr.write(`${lines.join("\n")}\n`);
    }
  }

  /** A position from which `since` reads. */
  get mark(): number {
    return this.#texts.length;
  }

  /** Logs and failures since a mark, of one function or of all. */
  since(mark: number, functionId: string | null = null): string {
    return this.#texts
      .slice(mark)
      .filter((report) => functionId === null || report.functionId === functionId)
      .map(({ functionId: id, text }) => `${id}: ${text}`)
      .join("\n");
  }

  /** Lines that functions logged, in order. */
  get lines(): readonly string[] {
    return this.#texts.map(({ functionId, text }) => `${functionId}: ${text}`);
  }
}
