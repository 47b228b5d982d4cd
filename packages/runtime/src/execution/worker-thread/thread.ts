import {
  MessageChannel,
  Worker,
  type MessagePort,
  type TransferListItem,
} from "node:worker_threads";
import type { ThreadData, WorkerInit } from "./protocol.ts";

/** What of a thread is settled when it starts; the rest is told later. */
export interface ThreadOptions {
  /** Absolute path of what runs in it. */
  readonly bootstrap: string;
  readonly memoryMb: number;
}

/** A thread that has loaded all but a function, and waits, at no cost, to be told which. */
export class Thread {
  readonly worker: Worker;
  readonly options: ThreadOptions;
  readonly #gate = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #port: MessagePort;

  /** @param env What is preloaded by `NODE_OPTIONS` sees as `process.env`. */
  constructor(options: ThreadOptions, env: Readonly<Record<string, string>> = {}) {
    const { port1, port2 } = new MessageChannel();
    const workerData: ThreadData = { gate: this.#gate, port: port2 };
    this.options = options;
    this.#port = port1;
    this.worker = new Worker(options.bootstrap, {
      workerData,
      transferList: [port2],
      env: { ...env },
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMb },
    });
  }

  begin(init: WorkerInit, transferList: readonly TransferListItem[]): void {
    this.#port.postMessage(init, transferList);
    Atomics.store(this.#gate, 0, 1);
    Atomics.notify(this.#gate, 0);
    this.#port.close();
  }
}
