import type { MessageFields, MessageSender } from "./message-event.ts";
import type { NumberedIds } from "./numbered-ids.ts";

/**
 * An event: JSON text, or a socket's message. A waiting message keeps only the parts its event is made of,
 * which take much less memory; Node.js environments receive only these.
 */
export type InvocationEvent = string | QueuedMessage;

export interface QueuedMessage extends MessageFields {
  /** Number from which `messageId` and `requestId` are made. */
  readonly number: number;
  readonly ids: NumberedIds;
  readonly sender: MessageSender;
  /** Bytes of the body as received, in UTF-8. */
  readonly bodyBytes: number;
  /** Estimated characters of its event. */
  readonly length: number;
  /** Its event as JSON text. */
  toString(): string;
}

/** One event for one function. */
export interface Invocation {
  /** What `requestId` is made of. */
  readonly number: number;
  readonly ids: NumberedIds;
  /** Lambda's request id, a UUID. */
  readonly requestId: string;
  readonly event: InvocationEvent;
}

/** `init`: the handler could not be loaded. `throttled`: reserved concurrency is exhausted, or the function is disabled. */
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

/** Result of an invocation. Function errors are values, not rejections. */
export type InvocationResult =
  | { readonly ok: true; /** The handler's value as JSON text. */ readonly payload: string }
  | InvocationFailure;

/**
 * `output`: the function wrote it. `ignored-return`: its runtime warns that a plain return value is lost.
 * `remark`: a service says what became of the function's input.
 */
export type FunctionLogKind = "output" | "ignored-return" | "remark";

/** Output of a function, or a warning from its runtime. */
export interface FunctionLog {
  readonly kind: FunctionLogKind;
  readonly functionId: string;
  /** The invocation that wrote it; null outside of any. */
  readonly requestId: string | null;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}
