/** One event for one function. */
export interface Invocation {
  /** Lambda's request id, a UUID. */
  readonly requestId: string;
  /** The event as JSON text: built once, parsed once, inside the environment. */
  readonly payload: string;
  /** Epoch milliseconds at which the function's time is up. */
  readonly deadline: number;
}

export type InvocationErrorKind = "handled" | "unhandled" | "timeout" | "init" | "throttled";

/** Outcome of an invocation. Function errors are values: nothing here rejects. */
export type InvocationResult =
  | { readonly ok: true; /** The handler's value as JSON text. */ readonly payload: string }
  | {
      readonly ok: false;
      readonly kind: InvocationErrorKind;
      /** As Lambda reports it: `TypeError`, `Sandbox.Timedout`, `Runtime.ExitError`, … */
      readonly errorType: string;
      readonly errorMessage: string;
      readonly trace: readonly string[];
    };
