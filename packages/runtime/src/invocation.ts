/** One event for one function. */
/**
 * An event: JSON text, or what writes it once the function takes it. What waits keeps what it needs to be
 * written, which is much less.
 */
export type EventText = string | WrittenLater;

export interface WrittenLater {
  /** Characters, as an estimate of what it keeps. */
  readonly length: number;
  /** The same text each time. */
  toString(): string;
}

export interface Invocation {
  /** Lambda's request id, a UUID. */
  readonly requestId: string;
  /** The event as JSON text: built once, parsed once, inside the environment. */
  readonly payload: string;
}

/** `init`: the handler could not be loaded. `throttled`: reserved concurrency is used up, or the function is off. */
export type InvocationErrorKind = "handled" | "unhandled" | "timeout" | "init" | "throttled";

export interface InvocationFailure {
  readonly ok: false;
  readonly kind: InvocationErrorKind;
  /** As Lambda reports it: `TypeError`, `Sandbox.Timedout`, `Runtime.ExitError`, … */
  readonly errorType: string;
  readonly errorMessage: string;
  /** Lines of the stack, the first one with type and message. */
  readonly trace: readonly string[];
}

/** Outcome of an invocation. Function errors are values: nothing here rejects. */
export type InvocationResult =
  | { readonly ok: true; /** The handler's value as JSON text. */ readonly payload: string }
  | InvocationFailure;

/** `output`: the function wrote it. `ignored-return`: its runtime warns that a plain return value is lost. */
export type FunctionLogKind = "output" | "ignored-return";

/** What a function wrote at once, or what its runtime has to say of it. */
export interface FunctionLog {
  readonly kind: FunctionLogKind;
  readonly functionId: string;
  /** The invocation that wrote it; null outside of any. */
  readonly requestId: string | null;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}
