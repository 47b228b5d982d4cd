import type { Writable } from "node:stream";
import { BatchWriter } from "./batch-writer.ts";

/** A batch of so many bytes does not wait for the end of the turn. */
const fullBytes = 64 * 1024;
/**
 * Nor does one of so many invocations: the process begins while this one goes on. Smaller batches cost
 * more wake-ups than they gain.
 */
const fullInvocations = 16;

/** Gathers the records of one turn of the event loop for a process and writes them together. */
export class HostOutbox {
  readonly writer: BatchWriter = new BatchWriter();
  readonly #pipe: Writable;
  readonly #onFlush: (invocations: number) => void;
  #invocations = 0;
  #isScheduled = false;
  #isClosed = false;

  /** `onFlush` hears of the invocations in a batch right before it is written. */
  constructor(pipe: Writable, onFlush: (invocations: number) => void) {
    this.#pipe = pipe;
    this.#onFlush = onFlush;
  }

  /** Bytes that the process has not read yet. */
  get backlogBytes(): number {
    return this.#pipe.writableLength;
  }

  /** Invocations that were added and have not been written. */
  get unwrittenInvocations(): number {
    return this.#invocations;
  }

  /** A record is complete; `isInvocation`: it needs a permit. */
  added(isInvocation: boolean): void {
    if (isInvocation && ++this.#invocations >= fullInvocations) this.flush();
    else if (this.writer.size >= fullBytes) this.flush();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(this.#onTurn);
    }
  }

  flush(): void {
    if (this.writer.size === 0 || this.#isClosed) return;
    const invocations = this.#invocations;
    this.#invocations = 0;
    if (invocations > 0) this.#onFlush(invocations);
    const batch = this.writer.take();
    this.#pipe.write(batch);
    if (this.#pipe.writableLength === 0) this.writer.release(batch);
  }

  close(): void {
    this.#isClosed = true;
  }

  readonly #onTurn = (): void => {
    this.#isScheduled = false;
    this.flush();
  };
}
