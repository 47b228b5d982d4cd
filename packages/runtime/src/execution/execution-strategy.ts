import type {
  FunctionLog,
  Invocation,
  InvocationFailure,
  InvocationResult,
} from "../invocation.ts";
import type { RealtimeCommand, RealtimeReply } from "@arclet/functions/gateway";
import type { BuiltFunction } from "@arclet/builder";
import type { FunctionConfig } from "@arclet/manifest";
import type { ConnectionCommand, ConnectionReply } from "../connections/connection-router.ts";

/** What an environment may ask of the gateway without HTTP: `ws.send` and its siblings. */
export interface GatewayChannel {
  /** Gives `"gone"` for a closed or unknown id. */
  request(
    connectionId: string,
    command: ConnectionCommand,
  ): ConnectionReply | "gone" | Promise<ConnectionReply | "gone">;
  /** Rooms and logins. `data` goes with `send`: bytes are a binary frame unless `isText`. */
  realtime?(
    command: RealtimeCommand,
    data: string | Uint8Array | null,
    isText: boolean,
  ): RealtimeReply;
}

/** What an environment reports to the pool that owns it. */
export interface EnvironmentObserver {
  onResult(invocation: Invocation, result: InvocationResult): void;
  onLog(log: FunctionLog): void;
  /**
   * The environment has ended, by itself or by `stop()`. Called once, after which nothing follows.
   * Invocations without a result are the pool's to settle: `started` of them, in the order they were
   * given, had begun to run.
   */
  onExit(reason: InvocationFailure, started: readonly Invocation[]): void;
}

export interface EnvironmentOptions {
  readonly functionId: string;
  readonly built: BuiltFunction;
  readonly config: FunctionConfig;
  /** The whole `process.env` of the function; nothing is inherited. */
  readonly env: { readonly [name: string]: string };
  /** Invocations that run at a time; further ones wait in the environment, in order. */
  readonly concurrency: number;
  readonly channel: GatewayChannel;
  /** Aborted when the init takes too long: what has begun ends, and `start` resolves a failure. */
  readonly initLimit: AbortSignal;
  readonly observer: EnvironmentObserver;
}

/** A place in which one function runs, with globals that live between invocations. */
export interface ExecutionEnvironment {
  readonly id: string;
  /** Whether invocations beyond `concurrency` may be handed over ahead, to save a hop between processes. */
  readonly canPrefetch: boolean;
  /** False while it cannot take one more, whatever its concurrency. */
  readonly hasSlot: boolean;
  /** The outcome goes to the observer. */
  invoke(invocation: Invocation): void;
  /** From now on memory is measured, where that costs anything. */
  measureMemory(): void;
  /** Megabytes, the most that was measured; null when nothing was. */
  readonly usedMemoryMb: number | null;
  /** Takes back an invocation that has not begun. False: it has, and will have a result. */
  recall(invocation: Invocation): boolean;
  /**
   * Whether the handler of an invocation that was handed over has been called. An environment that does
   * not say counts as beginning at once with as many as run at a time.
   */
  hasBegun?(invocation: Invocation): boolean;
  /** How many it has begun so far, where that is known before their results arrive. */
  readonly begun?: number;
  /** Frees everything; running invocations end as `Runtime.ExitError`. */
  stop(): Promise<void>;
}

export type StartResult =
  | { readonly ok: true; readonly environment: ExecutionEnvironment }
  | { readonly ok: false; /** Kind `init`. */ readonly error: InvocationFailure };

/** How environments are made. Pool, deadlines, logs and hot reload sit above it once. */
export interface ExecutionStrategy {
  readonly name: string;
  /** Does ahead what the start of an environment with these settings will take. */
  prepare?(config: FunctionConfig): void;
  /** Resolves when the handler is loaded, or could not be. */
  start(options: EnvironmentOptions): Promise<StartResult>;
  close(): Promise<void>;
}
