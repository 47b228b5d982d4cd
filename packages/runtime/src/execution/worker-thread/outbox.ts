import type { MessagePort } from "node:worker_threads";
import type { Field } from "./protocol.ts";

/**
 * Fields of a batch that does not wait for the end of the turn, about sixteen invocations: the other
 * thread begins while this one goes on. Smaller batches cost more wake-ups than they gain.
 */
const fullBatch = 64;

/** Gathers the records of one turn of the event loop and posts them together. */
export class Outbox {
  readonly #port: MessagePort;
  #records: Field[] = [];
  #isScheduled = false;

  readonly #onFlush: () => void;

  constructor(port: MessagePort, onFlush: () => void = () => {}) {
    this.#port = port;
    this.#onFlush = onFlush;
  }

  add(...fields: Field[]): void {
    for (const field of fields) this.#records.push(field);
    if (this.#records.length >= fullBatch) this.#post();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#flush);
  }

  /** Posts at once: for what must be told before the thread ends. */
  flushNow(): void {
    if (this.#isScheduled) this.#flush();
  }

  readonly #flush = (): void => {
    this.#isScheduled = false;
    if (this.#records.length > 0) this.#post();
  };

  #post(): void {
    const records = this.#records;
    this.#records = [];
    this.#port.postMessage(records);
    this.#onFlush();
  }
}
