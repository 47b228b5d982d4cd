import { writeSync } from "node:fs";
import { BatchWriter } from "./batch-writer.ts";
import { descriptor, toHost, type Logged } from "./records.ts";

/** A batch of so many bytes does not wait for the end of the turn. */
const fullBytes = 64 * 1024;
/** Nor does one of so many results: the host goes on with them meanwhile. */
const fullResults = 16;
/** What the host has not read may be so much; a function that writes more waits for it. */
const maximumBacklogBytes = 4 * 1024 * 1024;
const retryMs = 1;
/** Longer than any pause of a host that lives. */
const lastWordsMs = 5000;

/** Gathers the records of one turn of the event loop for the host and writes them together. */
export class ChildOutbox {
  readonly writer: BatchWriter = new BatchWriter();
  readonly #onHostGone: () => void;
  #results = 0;
  #isScheduled = false;
  /** Written later, since the pipe is full. */
  #backlog: Buffer[] = [];
  #backlogBytes = 0;
  #isRetrying = false;
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  constructor(onHostGone: () => void) {
    this.#onHostGone = onHostGone;
  }

  /** A record is complete. */
  added(isResult: boolean): void {
    if (isResult && ++this.#results >= fullResults) this.flush();
    else if (this.writer.size >= fullBytes) this.flush();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      schedule(this.#onTurn);
    }
  }

  /** A line for the function's log. */
  log(requestId: string | null, what: Logged, line: string): void {
    this.writer.byte(toHost.log);
    this.writer.text(requestId ?? "");
    this.writer.byte(what);
    this.writer.text(line);
    this.added(false);
  }

  /** Writes now; what the pipe does not take is written later. */
  flush(): void {
    this.#results = 0;
    if (this.writer.size === 0) return;
    const batch = this.writer.take();
    const written = this.#backlog.length > 0 ? 0 : this.#write(batch);
    if (written < batch.length) this.#keep(batch.subarray(written));
    else this.writer.release(batch);
    if (this.#backlogBytes > maximumBacklogBytes) this.#writeBacklog(Infinity);
  }

  /** Writes everything before it returns: for what the host must hear before this process ends. */
  flushNow(): void {
    this.flush();
    this.#writeBacklog(lastWordsMs);
  }

  readonly #onTurn = (): void => {
    this.#isScheduled = false;
    this.flush();
  };

  #keep(rest: Buffer): void {
    this.#backlog[this.#backlog.length] = rest;
    this.#backlogBytes += rest.length;
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    retryLater(this.#retry, retryMs);
  }

  readonly #retry = (): void => {
    this.#isRetrying = false;
    this.#writeBacklog(0);
    if (this.#backlog.length === 0) return;
    this.#isRetrying = true;
    retryLater(this.#retry, retryMs);
  };

  /** Waits for the host to read, so long at most. */
  #writeBacklog(patienceMs: number): void {
    let waitedMs = 0;
    let index = 0;
    for (; index < this.#backlog.length;) {
      const next = this.#backlog[index];
      if (next === undefined) return;
      const written = this.#write(next);
      this.#backlogBytes -= written;
      if (written === next.length) {
        index++;
        continue;
      }
      this.#backlog[index] = next.subarray(written);
      if (waitedMs >= patienceMs) break;
      Atomics.wait(this.#sleeper, 0, 0, retryMs);
      waitedMs += retryMs;
    }
    const rest: Buffer[] = [];
    for (; index < this.#backlog.length; index++) {
      const next = this.#backlog[index];
      if (next !== undefined) rest[rest.length] = next;
    }
    this.#backlog = rest;
  }

  /** Gives how many bytes the pipe has taken. */
  #write(batch: Buffer): number {
    let written = 0;
    while (written < batch.length) {
      try {
        written += writeSync(descriptor.output, batch, written);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EAGAIN") return written;
        this.#onHostGone();
        return batch.length;
      }
    }
    return written;
  }
}

// The function may replace these.
const schedule = setImmediate;
const retryLater = setTimeout;
