import type { Invocation, InvocationResult } from "../../invocation.ts";

/** An invocation whose caller waits. */
export interface PendingInvocation extends Invocation {
  /** Those of one source begin in the order in which they were made. Null: in any order. */
  readonly source: object | null;
  /** Whether it waits, in the queue or in an environment, and counts in the lane of its source. */
  isWaiting: boolean;
  /** Position among all invocations of the function. */
  readonly order: number;
  /** Epoch milliseconds. */
  readonly submittedAt: number;
  /** Milliseconds the environment took to start, when this was its first invocation. */
  initDurationMs: number | null;
  /** Epoch milliseconds; 0 until it begins. */
  startedAt: number;
  /** Whether anybody wants to know what memory it took. */
  readonly isMeasured: boolean;
  /** Megabytes, the most its environment has had so far; null where nobody asked, or it is not known. */
  usedMemoryMb: number | null;
  /** It begins to run. Null where nobody wants to know. */
  readonly onBegin: (() => void) | null;
  settle(result: InvocationResult): void;
}
