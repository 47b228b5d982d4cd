import type { CallingConvention } from "../handler/call-handler.ts";
import type { ContextTemplate } from "../handler/lambda-context.ts";
import type { HandlerLocation } from "../handler/load-handler.ts";

// Host and environment talk over one socket pair in batches: four bytes of length, then records without
// gaps. A record is one byte that names it, followed by its fields. Numbers are little-endian.

/** File descriptors of an environment's process besides the standard ones. */
export const descriptor = { output: 3, permits: 4, input: 5 } as const;

/** Host → environment. */
export const toChild = {
  /** `ChildInit` as JSON */
  init: 1,
  /** invocation number, number of its request id, event as JSON text */
  invoke: 2,
  /** request number, `reply.*`, then for `realtime`: the reply as JSON; for `doneOnLease`: the lease's number; for `info`: connectedAt, lastActiveAt, sourceIp, userAgent or "", 1 with a user agent, else 0 */
  reply: 3,
  /** no fields: whatever has not begun is no longer this environment's; answered by `toHost.recalled` */
  recall: 4,
  /** connection id: its lease has ended */
  revoke: 5,
  /** number, milliseconds ahead of the wall's clock; answered by `toHost.followed` */
  clock: 6,
  /** place, route key, `MessageSender` as JSON: where messages come from that name the place */
  origin: 7,
  /** `requestTime` of the messages that follow */
  second: 8,
  /** invocation number, number of its request id, number of the message's ids, place, connectedAt, receivedAt, connection id, body */
  message: 9,
  /** `idsOf.*`, four numbers: the seed of the ids whose numbers follow */
  seed: 10,
} as const;

/** Environment → host. */
export const toHost = {
  /** no fields: the handler is loaded */
  ready: 1,
  /** errorType, errorMessage, trace */
  initFailed: 2,
  /** invocation number, result as JSON text */
  succeeded: 3,
  /** invocation number, isUnhandled (0 | 1), errorType, errorMessage, trace */
  failed: 4,
  /** request number, connection id, `command.*`, bytes */
  request: 5,
  /** request id or "", `logged.*`, text */
  log: 6,
  /** no fields */
  recalled: 7,
  /** lease's number, `command.sendText` or `command.sendBytes`, bytes: a message that needs no answer */
  post: 8,
  /** request number, `RealtimeCommand` as JSON, `command.sendText` or `command.sendBytes`, bytes: what concerns rooms and logins */
  realtime: 9,
  /** number of the `toChild.clock`, epoch milliseconds at which what runs goes on or Infinity */
  followed: 10,
  /** invocation number: succeeded with what the last `succeeded` had */
  succeededAgain: 11,
} as const;

/** Whose ids a seed is for. */
export const idsOf = { invocation: 0, message: 1 } as const;

/** What a line of a log is: output of the function, or a warning that its return value is lost. */
export const logged = { stdout: 0, stderr: 1, ignoredReturn: 2 } as const;
export type Logged = (typeof logged)[keyof typeof logged];

export const command = { sendText: 0, sendBytes: 1, close: 2, info: 3 } as const;
export const reply = {
  done: 0,
  gone: 1,
  limitExceeded: 2,
  tooLarge: 3,
  info: 4,
  failed: 5,
  realtime: 6,
  /** Further posts to the connection need not wait. */
  doneOnLease: 7,
} as const;

/** Longer results are not remembered, in characters. */
export const rememberedResultLength = 256;

/** A longer batch from an environment is malformed: nothing that it may send comes near. */
export const maximumBatchBytes: number = 64 * 1024 * 1024;
/** Data of a command that is refused before it leaves the environment. */
export const maximumCommandBytes: number = 32 * 1024 * 1024;

/** Where a debugger connects. */
export interface InspectAddress {
  readonly host: string;
  /** 0 takes any free one; others are tried upwards from this one. */
  readonly port: number;
}

/** What makes a process the environment of a function. */
export interface ChildInit {
  readonly location: HandlerLocation;
  /** The whole `process.env`. */
  readonly env: Readonly<Record<string, string>>;
  readonly context: ContextTemplate;
  readonly convention: CallingConvention;
  readonly concurrency: number;
  /** The working directory: the build folder, Lambda's task root. */
  readonly directory: string;
  readonly inspect: InspectAddress | null;
  /** Milliseconds that time is ahead of the wall's clock; null: it is the wall's. */
  readonly clockOffsetMs: number | null;
}
