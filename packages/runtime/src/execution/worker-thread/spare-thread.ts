import { Thread, type ThreadOptions } from "./thread.ts";

/**
 * One thread ahead: what costs most of a cold start has happened by the time a function needs it. The
 * next one is made when that has started, so that a start never competes with its own spare.
 */
export class SpareThread {
  #thread: Thread | null = null;
  #isClosed = false;

  /** One for a function with these options: the one ahead, or a new one. */
  take(options: ThreadOptions): Thread {
    const thread = this.#thread;
    if (thread === null || thread.options.memoryMb !== options.memoryMb) return new Thread(options);
    this.#release(thread);
    thread.worker.ref();
    return thread;
  }

  /** Makes sure of one for the next function like this. */
  prepare(options: ThreadOptions): void {
    const former = this.#thread;
    if (this.#isClosed || (former !== null && former.options.memoryMb === options.memoryMb)) return;
    if (former !== null) {
      this.#release(former);
      void former.worker.terminate();
    }
    const thread = new Thread(options);
    // Nobody waits for it. Why it could not start is told by the next one, which somebody waits for.
    thread.worker.unref();
    thread.worker.once("error", this.#onEnd);
    thread.worker.once("exit", this.#onEnd);
    this.#thread = thread;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#thread?.worker.terminate();
  }

  readonly #onEnd = (): void => {
    this.#thread = null;
  };

  #release({ worker }: Thread): void {
    worker.off("error", this.#onEnd);
    worker.off("exit", this.#onEnd);
    this.#thread = null;
  }
}
