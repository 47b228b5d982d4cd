import type { InvocationResult } from "../invocation.ts";

/** The only thing gateway and services see of execution. */
export interface Invoker {
  /**
   * `payload` is the event as JSON text. Never rejects.
   * Calls of one function with the same `source` begin in the order in which they were made.
   */
  invoke(functionId: string, payload: string, source?: object): Promise<InvocationResult>;
}
