import { getHeapStatistics } from "node:v8";

const wanted = 0;
const peakKb = 1;
const exceeded = 2;
const cells = 3;

/** How often a slow invocation's memory is looked at. */
const intervalMs = 50;

/**
 * What a thread's memory comes to, in a table that host and worker share: its own heap, and what hangs on
 * it outside, such as buffers, which V8's limit does not count.
 */
export class MemoryGauge {
  readonly table: Int32Array;
  #timer: NodeJS.Timeout | null = null;

  /** Without a table, with one of its own. */
  constructor(table?: Int32Array) {
    this.table =
      table ?? new Int32Array(new SharedArrayBuffer(cells * Int32Array.BYTES_PER_ELEMENT));
  }

  /** The host's: from now on the worker measures at the end of invocations. */
  start(): void {
    Atomics.store(this.table, wanted, 1);
  }

  /** Megabytes, the most of all measurements; null before the first. */
  get peakMb(): number | null {
    const used = Atomics.load(this.table, peakKb);
    return used === 0 ? null : Math.ceil(used / 1024);
  }

  /** Whether the worker has ended over its limit. */
  get isExceeded(): boolean {
    return Atomics.load(this.table, exceeded) === 1;
  }

  /** The worker's, at the end of an invocation: nothing, unless the host wants it. */
  measure(): void {
    if (this.table[wanted] !== 1) return;
    const { total_heap_size: heap, external_memory: external } = getHeapStatistics();
    const usedKb = Math.ceil((heap + external) / 1024);
    if (usedKb > Atomics.load(this.table, peakKb)) Atomics.store(this.table, peakKb, usedKb);
  }

  /** The worker's: calls `end` once it uses more, until `unwatch`. Code that never waits is not seen. */
  watch(limitMb: number, end: () => void): void {
    this.#timer ??= setInterval(() => {
      const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
      if (heap + external <= limitMb * 1024 * 1024) return;
      Atomics.store(this.table, exceeded, 1);
      end();
    }, intervalMs).unref();
  }

  unwatch(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
