import { getHeapStatistics } from "node:v8";

const wanted = 0;
const peakKb = 1;
const cells = 2;

/**
 * What a thread's memory comes to, in a table that host and worker share. Measured at the end of
 * invocations, and only once the host has asked for it.
 */
export class MemoryGauge {
  readonly table: Int32Array;

  /** Without a table, with one of its own. */
  constructor(table?: Int32Array) {
    this.table =
      table ?? new Int32Array(new SharedArrayBuffer(cells * Int32Array.BYTES_PER_ELEMENT));
  }

  /** The host's: from now on. */
  start(): void {
    Atomics.store(this.table, wanted, 1);
  }

  /** The worker's: its own heap, and what hangs on it outside, such as buffers. */
  measure(): void {
    if (this.table[wanted] !== 1) return;
    const { total_heap_size: heap, external_memory: external } = getHeapStatistics();
    const usedKb = Math.ceil((heap + external) / 1024);
    if (usedKb > Atomics.load(this.table, peakKb)) Atomics.store(this.table, peakKb, usedKb);
  }

  /** Megabytes, the most of all measurements; null before the first. */
  get peakMb(): number | null {
    const used = Atomics.load(this.table, peakKb);
    return used === 0 ? null : Math.ceil(used / 1024);
  }
}
