import type { BuiltFunction } from "@arclet/builder";
import type { Diagnostic, FunctionConfig, Manifest } from "@arclet/manifest";
import { createSystemClock, type Clock } from "./clock.ts";
import type { ConnectionRouter } from "./connections/connection-router.ts";
import { createMemoryRouter } from "./connections/memory.ts";
import type { ExecutionStrategy } from "./execution/execution-strategy.ts";
import type { Invoker } from "./execution/invoker.ts";
import { resolveLimits } from "./limits.ts";
import type { DeadLetter } from "./services/service-context.ts";
import type { Traffic } from "./traffic/traffic.ts";

/** One function as the runtime is to run it. */
export interface RuntimeFunction {
  readonly functionId: string;
  readonly config: FunctionConfig;
  /** Environment of the function besides what Lambda sets. */
  readonly env: { readonly [name: string]: string };
  /** A failed build answers invocations as a failed init, as a broken deployment would. */
  readonly build:
    | { readonly ok: true; readonly built: BuiltFunction }
    | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
}

/** What changes when the manifest or a function is edited. */
export interface RuntimeApp {
  readonly manifest: Manifest;
  /** Absolute project folder. */
  readonly root: string;
  readonly functions: readonly RuntimeFunction[];
}

/** API Gateway's quotas; each can be set, `Infinity` switches one off. */
export interface Limits {
  /** Bytes of a message. @default 131072 */
  readonly messageBytes: number;
  /** Bytes of a frame a client sends. @default 32768 */
  readonly frameBytes: number;
  /** @default 600000 (10 min) */
  readonly idleMs: number;
  /** @default 7200000 (2 h) */
  readonly connectionMs: number;
  /** Gateway's integration time-out of WebSocket routes. @default 29000 */
  readonly webSocketIntegrationMs: number;
  /** Gateway's integration time-out of an HTTP API's routes. @default 30000 */
  readonly httpIntegrationMs: number;
  /** The same of a REST API's. @default 29000 */
  readonly restIntegrationMs: number;
  /** New connections per second. @default 500 */
  readonly connectionsPerSecond: number;
  /** Bytes of an HTTP request body. @default 10485760 */
  readonly httpBodyBytes: number;
  /** Bytes of request line and headers. @default 10240 */
  readonly headerBytes: number;
  /** Bytes buffered for a peer that reads slowly before posts get `LimitExceededException`. @default 1048576 */
  readonly sendBufferBytes: number;
  /** Milliseconds between pings that find dead peers; `Infinity` for none. @default 30000 */
  readonly pingMs: number;
}

export interface RuntimeOptions {
  readonly app: RuntimeApp;
  /** @default 3333; 0 takes any free port */
  readonly port?: number;
  /** @default "127.0.0.1" and "::1" as `localhost` */
  readonly host?: string;
  /** @default "process" */
  readonly execution?: "process" | "child-process" | ExecutionStrategy;
  /** Opens a debugger in the processes of functions: the first one here, others at the next free ports; port 0 takes any. */
  readonly inspect?: { readonly host: string; readonly port: number };
  /** Environments of one function at most. @default 10 */
  readonly maxEnvironments?: number;
  /** Invocations at a time in one environment. @default 1 */
  readonly concurrencyPerEnvironment?: number;
  /** @default in memory */
  readonly connections?: ConnectionRouter;
  /** Stage of the APIs. @default "testing" */
  readonly stage?: string;
  readonly limits?: Partial<Limits>;
  /** Off while debugging: neither functions nor the gateway give up waiting. @default true */
  readonly enforcesTimeouts?: boolean;
  readonly clock?: Clock;
  /** Absolute folder that keeps tables, events and messages. @default in memory */
  readonly dataDirectory?: string;
  /** URL of a DynamoDB-compatible server to use instead of the embedded one. */
  readonly dynamoEndpoint?: string;
  /** Absolute path of a file of rows for tables that are empty. @default `sandbox-seed.{js,cjs,mjs,json}` of the project */
  readonly seedFile?: string;
  /** Ports of local services that old helpers look for; any free one by default. */
  readonly servicePorts?: { readonly events?: number; readonly tables?: number };
  /** Origins besides the server's own that may open sockets and developer endpoints. `"*"` for all. */
  readonly allowedOrigins?: readonly string[];
}

export interface Runtime {
  readonly port: number;
  readonly host: string;
  /** `http://localhost:3333` */
  readonly url: string;
  /** `ws://localhost:3333` */
  readonly webSocketUrl: string;
  readonly traffic: Traffic;
  readonly invoker: Invoker;
  /** Swaps functions and routes in without dropping a socket or a frame. */
  update(app: RuntimeApp): Promise<void>;
  /** What functions failed to take in all their tries: events and messages of queues. */
  deadLetters(): readonly DeadLetter[];
  /** Drains: stops listening, closes sockets (1001), runs `$disconnect` for each, stops environments. */
  close(): Promise<void>;
}

/** Options with every default filled in. */
export interface ResolvedRuntimeOptions {
  readonly app: RuntimeApp;
  readonly port: number;
  readonly host: string;
  readonly strategy: ExecutionStrategy;
  readonly maxEnvironments: number;
  readonly concurrencyPerEnvironment: number;
  readonly connections: ConnectionRouter;
  readonly stage: string;
  readonly limits: Limits;
  readonly enforcesTimeouts: boolean;
  readonly clock: Clock;
  readonly allowedOrigins: readonly string[];
}

/** A process that a debugger has stopped neither answers pings nor gets on with its work. */
const noTimeouts: Partial<Limits> = {
  idleMs: Infinity,
  connectionMs: Infinity,
  webSocketIntegrationMs: Infinity,
  httpIntegrationMs: Infinity,
  pingMs: Infinity,
};

/** Checks options once, at the edge; nothing below sees optional fields. */
export function resolveOptions(
  options: RuntimeOptions,
  strategy: ExecutionStrategy | undefined,
): ResolvedRuntimeOptions {
  const { enforcesTimeouts = true } = options;
  if (strategy === undefined) throw new TypeError("execution names no strategy");
  return Object.freeze({
    app: options.app,
    port: options.port ?? 3333,
    host: options.host ?? "localhost",
    strategy,
    maxEnvironments: options.maxEnvironments ?? 10,
    concurrencyPerEnvironment: options.concurrencyPerEnvironment ?? 1,
    connections: options.connections ?? createMemoryRouter(),
    stage: options.stage ?? "testing",
    limits: resolveLimits({ ...options.limits, ...(enforcesTimeouts ? {} : noTimeouts) }),
    enforcesTimeouts,
    clock: options.clock ?? createSystemClock(),
    allowedOrigins: options.allowedOrigins ?? [],
  });
}
