import type { ErrorReport } from "../handler/error-report.ts";
import type { ChildOutbox } from "./child-outbox.ts";
import { rememberedResultLength, toHost } from "./records.ts";
import { writeError } from "./write-error.ts";

/** Writes what became of invocations. */
export class ResultWriter {
  readonly #outbox: ChildOutbox;
  /** What the host heard last, if that is short. */
  #last: string | null = null;

  constructor(outbox: ChildOutbox) {
    this.#outbox = outbox;
  }

  /** `json`: the handler's value. */
  succeeded(number: number, json: string): void {
    const { writer } = this.#outbox;
    const isRepeated = json === this.#last;
    writer.byte(isRepeated ? toHost.succeededAgain : toHost.succeeded);
    writer.number(number);
    if (!isRepeated) {
      this.#last = json.length <= rememberedResultLength ? json : null;
      writer.text(json);
    }
    this.#outbox.added(true);
  }

  failed(number: number, error: ErrorReport, isUnhandled: boolean): void {
    const { writer } = this.#outbox;
    writer.byte(toHost.failed);
    writer.number(number);
    writer.byte(isUnhandled ? 1 : 0);
    writeError(writer, error);
    this.#outbox.added(true);
  }

  initFailed(error: ErrorReport): void {
    const { writer } = this.#outbox;
    writer.byte(toHost.initFailed);
    writeError(writer, error);
    this.#outbox.added(false);
  }
}
