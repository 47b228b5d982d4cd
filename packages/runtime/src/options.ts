import { randomBytes } from "node:crypto";
import { type Limits, resolveLimits } from "./limits.ts";
import type { RuntimeApp } from "./runtime-app.ts";
import { createSystemClock, type Clock } from "./clock.ts";
import type { ConnectionRouter } from "./connections/connection-router.ts";
import { createMemoryRouter } from "./connections/memory.ts";
import type { ExecutionStrategy } from "./execution/execution-strategy.ts";
import type { ProcessAhead } from "./execution/process/process-ahead.ts";

export interface RuntimeOptions {
  readonly app: RuntimeApp;
  /** @default 3333; 0 takes any free port */
  readonly port?: number;
  /** @default "127.0.0.1" and "::1" as `localhost` */
  readonly host?: string;
  /** @default "process" */
  readonly execution?: "process" | "child-process" | ExecutionStrategy;
  /** What `startProcessAhead` has started; the runtime closes it. Of `process` alone. */
  readonly processAhead?: ProcessAhead;
  /** Wraps the strategy; tests inject faults with it. @default none */
  readonly wrapExecution?: (strategy: ExecutionStrategy) => ExecutionStrategy;
  /** Opens a debugger in functions' processes: the first at this address, others at the next free ports. Port 0 takes any. */
  readonly inspect?: { readonly host: string; readonly port: number };
  /** Most environments per function. @default 10 */
  readonly maxEnvironments?: number;
  /** Concurrent invocations per environment. @default 1 */
  readonly concurrencyPerEnvironment?: number;
  /** @default in memory */
  readonly connections?: ConnectionRouter;
  /** Stage of the APIs. @default "testing" */
  readonly stage?: string;
  readonly limits?: Partial<Limits>;
  /** False while debugging, so that neither functions nor the gateway time out. @default true */
  readonly enforcesTimeouts?: boolean;
  readonly clock?: Clock;
  /** Absolute folder that keeps tables, events and messages. @default in memory */
  readonly dataDirectory?: string;
  /** URL of a DynamoDB-compatible server to use instead of the embedded one. */
  readonly dynamoEndpoint?: string;
  /** Absolute path of a file of rows for tables that are empty. @default `sandbox-seed.{js,cjs,mjs,json}` of the project */
  readonly seedFile?: string;
  /** Fixed ports of local services for old helpers; any free port by default. */
  readonly servicePorts?: { readonly events?: number; readonly tables?: number };
  /** Secret for sessions and tickets if the app's environment has no `ARC_APP_SECRET`. @default a random one */
  readonly appSecret?: string;
  /** Origins besides the server's own whose pages may open sockets. `"*"` for all. */
  readonly allowedOrigins?: readonly string[];
  /** URL of the tunnel or proxy in front of the app: `https://app.example`. Requests to it are never local. */
  readonly publicUrl?: string;
  /** Serves TLS with this certificate and key in PEM format. Plain HTTP then works only for programs on this machine. */
  readonly tls?: { readonly cert: string; readonly key: string };
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
  readonly appSecret: string;
  readonly allowedOrigins: readonly string[];
  readonly publicUrl: string | null;
  readonly tls: { readonly cert: string; readonly key: string } | null;
}

/** Without limits, because a process stopped by a debugger answers no pings and makes no progress. */
const noTimeouts: Partial<Limits> = {
  idleMs: Infinity,
  connectionMs: Infinity,
  webSocketIntegrationMs: Infinity,
  httpIntegrationMs: Infinity,
  pingMs: Infinity,
};

/** Validates options and fills in defaults. */
export function resolveOptions(
  options: RuntimeOptions,
  strategy: ExecutionStrategy | undefined,
): ResolvedRuntimeOptions {
  const { enforcesTimeouts = true } = options;
  if (strategy === undefined) throw new TypeError("execution must name a strategy");
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
    appSecret: options.appSecret ?? randomBytes(32).toString("base64url"),
    allowedOrigins: options.allowedOrigins ?? [],
    publicUrl: options.publicUrl ?? null,
    tls: options.tls ?? null,
  });
}
