import type { InvocationResult } from "./invocation.ts";

/** The only thing gateway and services see of execution. */
export interface Invoker {
  /**
   * `payload` is the event as JSON text. Never rejects.
   * Calls of one function begin in the order in which they were made.
   */
  invoke(functionId: string, payload: string): Promise<InvocationResult>;
}
