import type { InvocationResult } from "./invocation.ts";

export interface InvokeOptions {
  /** Milliseconds after which the caller gives up; the function goes on. Does not shorten the function's own time. */
  readonly requestId?: string;
}

/** The only thing gateway and services see of execution. */
export interface Invoker {
  /** `payload` is the event as JSON text. Never rejects. Calls of one function start in the order they were made. */
  invoke(functionId: string, payload: string, options?: InvokeOptions): Promise<InvocationResult>;
}
