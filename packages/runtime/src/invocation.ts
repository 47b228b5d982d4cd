import type { MessageFields, MessageSender } from "./message-event.ts";
import type { NumberedIds } from "./numbered-ids.ts";

/**
 * An event: JSON text, or a message of a socket. What waits keeps what its event is made of, which is much
 * less, and environments of Node.js get no more.
 */
export type InvocationEvent = string | QueuedMessage;

export interface QueuedMessage extends MessageFields {
  /** What `messageId` and `requestId` are made of. */
  readonly number: number;
  readonly ids: NumberedIds;
  readonly sender: MessageSender;
  /** Of the body as UTF-8, which it came as. */
  readonly bodyBytes: number;
  /** Characters of its event, as an estimate. */
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

/**
 * `output`: the function wrote it. `ignored-return`: its runtime warns that a plain return value is lost.
 * `remark`: a service says what became of the function's input.
 */
export type FunctionLogKind = "output" | "ignored-return" | "remark";

/** What a function wrote at once, or what its runtime has to say of it. */
export interface FunctionLog {
  readonly kind: FunctionLogKind;
  readonly functionId: string;
  /** The invocation that wrote it; null outside of any. */
  readonly requestId: string | null;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}
