import { memoryAllowanceMb } from "../memory-allowance.ts";
import { memoryOf } from "./process-memory.ts";

/** How often a process that works is looked at. */
const intervalMs = 50;

/** Ends a process that takes more memory than its function may have, in buffers too, as Lambda does. */
export class MemoryWatch {
  readonly #limitMb: number;
  readonly #isWorking: () => boolean;
  readonly #end: () => void;
  #timer: NodeJS.Timeout | null = null;

  /** `end` is called once the limit is passed, and only while the process is working. */
  constructor(memoryMb: number, isWorking: () => boolean, end: () => void) {
    this.#limitMb = memoryMb + memoryAllowanceMb;
    this.#isWorking = isWorking;
    this.#end = end;
  }

  /** Looks until the work is done. */
  start(pid: number): void {
    this.#timer ??= setInterval(() => this.#look(pid), intervalMs).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(pid: number): void {
    const memory = memoryOf(pid);
    if (memory === null || !this.#isWorking()) this.stop();
    else if (memory.resident > this.#limitMb) {
      this.stop();
      this.#end();
    }
  }
}
