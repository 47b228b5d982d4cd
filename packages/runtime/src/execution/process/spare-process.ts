import {
  holdProcess,
  startFunctionProcess,
  type FunctionProcess,
  type ProcessOptions,
} from "./function-process.ts";
import { killGroup } from "./process-group.ts";
import type { ProcessWarden } from "./process-warden.ts";

/**
 * One process ahead: what costs most of a cold start has happened by the time a function needs it. The
 * next one is made when that has started, so that a start never competes with its own spare.
 */
export class SpareProcess {
  readonly #warden: ProcessWarden;
  #process: FunctionProcess | null = null;
  #isClosed = false;

  constructor(warden: ProcessWarden) {
    this.#warden = warden;
  }

  /** One for a function with these options: the one ahead, or a new one. */
  take(options: ProcessOptions): FunctionProcess {
    const spare = this.#process;
    if (spare === null || spare.options.memoryMb !== options.memoryMb)
      return startFunctionProcess(options, this.#warden);
    this.#release(spare);
    holdProcess(spare, true);
    return spare;
  }

  /** Makes sure of one for the next function like this. */
  prepare(options: ProcessOptions): void {
    const former = this.#process;
    if (this.#isClosed || (former !== null && former.options.memoryMb === options.memoryMb)) return;
    if (former !== null) this.#end(former);
    const spare = startOrNot(options, this.#warden);
    if (spare === null) return;
    spare.child.once("error", this.#onEnd);
    spare.child.once("exit", this.#onEnd);
    for (const end of [spare.pipe, spare.input]) end.on("error", this.#onEnd);
    if (spare.child.pid === undefined) return;
    holdProcess(spare, false);
    this.#process = spare;
  }

  close(): void {
    this.#isClosed = true;
    if (this.#process !== null) this.#end(this.#process);
  }

  readonly #onEnd = (): void => {
    this.#process?.permits.close();
    this.#process = null;
  };

  #end(spare: FunctionProcess): void {
    this.#release(spare);
    for (const end of [spare.pipe, spare.input]) end.on("error", () => {});
    killGroup(spare.child);
    spare.permits.close();
  }

  #release({ child, pipe, input }: FunctionProcess): void {
    child.off("error", this.#onEnd);
    child.off("exit", this.#onEnd);
    for (const end of [pipe, input]) end.off("error", this.#onEnd);
    this.#process = null;
  }
}

/** Null: the next one that somebody waits for reports why. */
function startOrNot(options: ProcessOptions, warden: ProcessWarden): FunctionProcess | null {
  try {
    return startFunctionProcess(options, warden);
  } catch {
    return null;
  }
}
