import type { MessagePort } from "node:worker_threads";
import type { HandlerLocation } from "../handler/load-handler.ts";
import type { ContextTemplate } from "../handler/lambda-context.ts";
import type { CallingConvention } from "../handler/call-handler.ts";

/**
 * Messages between host and worker are flat arrays of primitives, many records in one: structured
 * cloning of nested objects and a wake-up per message are what makes threads slow.
 * A record is an operation followed by its fields.
 */
export type Field = string | number | Uint8Array | null;

/** Host → worker. */
export const toWorker = {
  /** slot, requestId, payload */
  invoke: 1,
  /** request number, `reply.*`, then for `done`: slot or -1, token of a lease; for `info`: connectedAt, lastActiveAt, sourceIp, userAgent */
  reply: 2,
} as const;

/** Worker → host. */
export const toHost = {
  /** no fields: the handler is loaded */
  ready: 1,
  /** errorType, errorMessage, trace */
  initFailed: 2,
  /** slot, result as JSON text */
  succeeded: 3,
  /** slot, isUnhandled (0 | 1), errorType, errorMessage, trace */
  failed: 4,
  /** request number, connectionId, `command.*`, data */
  request: 5,
  /** requestId or null, 0 for stdout, 1 for stderr, text */
  log: 6,
  /** slot: a recalled invocation was not started */
  passedOver: 7,
  /** connectionId, data: a message that needs no answer */
  post: 8,
} as const;

export const command = { send: 0, close: 1, info: 2 } as const;
export const reply = {
  done: 0,
  gone: 1,
  limitExceeded: 2,
  tooLarge: 3,
  info: 4,
  failed: 5,
} as const;

/**
 * State of an invocation's slot in the shared table. The worker claims before it starts one, the host
 * claims before it takes one back: whoever is first wins, even when the other thread is blocked.
 */
export const slotState = { waiting: 0, started: 1, recalled: 2 } as const;
export const slotCount = 64;

/** What a thread has from the start. */
export interface ThreadData {
  /** One cell, 1 once `port` has a `WorkerInit`. */
  readonly gate: Int32Array;
  readonly port: MessagePort;
}

/** What makes a thread the environment of a function. */
export interface WorkerInit {
  readonly port: MessagePort;
  readonly slots: Int32Array;
  /** Shared table of `MemoryGauge`. */
  readonly memory: Int32Array;
  readonly memoryLimitMb: number;
  /** Shared table of `Leases`. */
  readonly leases: Int32Array;
  readonly location: HandlerLocation;
  /** The whole `process.env`. */
  readonly env: Readonly<Record<string, string>>;
  readonly context: ContextTemplate;
  readonly convention: CallingConvention;
  readonly concurrency: number;
  /** What `process.cwd()` answers. */
  readonly sourceDirectory: string;
}
