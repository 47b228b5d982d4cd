import type { InvocationEvent, InvocationResult } from "../invocation.ts";

/** An invocation that was submitted. */
export interface SubmittedInvocation {
  /** Takes it back: it never begins, and has no result. False: it has begun, or has its result. */
  withdraw(): boolean;
}

/** The only thing gateway and services see of execution. */
export interface Invoker {
  /**
   * `payload` is the event as JSON text. Never rejects.
   * Calls of one function with the same `source` begin in the order in which they were made.
   */
  invoke(functionId: string, payload: string, source?: object): Promise<InvocationResult>;
}

/** What the gateway sees of it. */
export interface GatewayInvoker extends Invoker {
  /** Invokes for a caller that may lose its interest. `settle` is called once, unless it is withdrawn. */
  submit(
    functionId: string,
    event: InvocationEvent,
    source: object | null,
    settle: (result: InvocationResult) => void,
  ): SubmittedInvocation;
}
