import type { MessagePort } from "node:worker_threads";
import type { Field } from "./protocol.ts";

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
    const records = this.#records;
    if (records.length === 0) return;
    this.#records = [];
    this.#port.postMessage(records);
    this.#onFlush();
  };
}
