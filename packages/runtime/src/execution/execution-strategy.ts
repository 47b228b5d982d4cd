import type { BuiltFunction } from "@arclet/build";
import type { FunctionConfig } from "@arclet/manifest";
import type { ConnectionCommand, ConnectionReply } from "../connections/connection-router.ts";
import type { Invocation, InvocationResult } from "./invocation.ts";

/** A line (or more) a function wrote. */
export interface FunctionLog {
  readonly functionId: string;
  /** The invocation that wrote it; null outside of any. */
  readonly requestId: string | null;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** What an environment may ask of the gateway without HTTP: `ws.send` and its siblings. */
export interface GatewayChannel {
  /** Resolves `"gone"` for a closed or unknown id. */
  request(
    connectionId: string,
    command: ConnectionCommand,
  ): ConnectionReply | "gone" | Promise<ConnectionReply | "gone">;
}

export interface EnvironmentOptions {
  readonly functionId: string;
  readonly built: BuiltFunction;
  readonly config: FunctionConfig;
  /** The whole `process.env` of the function; nothing is inherited. */
  readonly env: { readonly [name: string]: string };
  readonly channel: GatewayChannel;
  readonly onLog: (log: FunctionLog) => void;
  /** Called once when the environment dies by itself (exit, crash) while idle. */
  readonly onExit: (environment: ExecutionEnvironment) => void;
}

/** A place in which one function runs, with globals that live between invocations. */
export interface ExecutionEnvironment {
  readonly id: string;
  /** Milliseconds from start to ready. */
  readonly initDurationMs: number;
  /** Never rejects. More than one at a time only when the pool was told so. */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /** Frees everything; a running invocation ends as `Runtime.ExitError`. */
  stop(): Promise<void>;
}

export type StartResult =
  | { readonly ok: true; readonly environment: ExecutionEnvironment }
  | {
      readonly ok: false;
      /** Kind `init`. */ readonly error: Extract<InvocationResult, { ok: false }>;
    };

/** How environments are made. Pool, deadlines, logs and hot reload sit above it once. */
export interface ExecutionStrategy {
  readonly name: string;
  start(options: EnvironmentOptions): Promise<StartResult>;
  close(): Promise<void>;
}
