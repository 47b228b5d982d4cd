import { helpersAbove, helpersAmong, type ArchitectHelper } from "@arclet/builder";
import { localFunctionName, localPlace } from "@arclet/manifest";
import { Realtime } from "./connections/realtime.ts";
import { createByRuntimeStrategy } from "./execution/by-runtime.ts";
import type { ExecutionStrategy } from "./execution/execution-strategy.ts";
import type { Invoker } from "./execution/invoker.ts";
import {
  FunctionInvoker,
  type FailedStart,
  type FunctionDefinition,
} from "./execution/function-invoker.ts";
import type { InvocationFailure } from "./invocation.ts";
import {
  createProcessStrategy,
  type ProcessStrategyOptions,
} from "./execution/process/strategy.ts";
import { isMovableClock } from "./movable-clock.ts";
import { createGateway } from "./gateway/gateway.ts";
import { createTrust } from "./http/trust.ts";
import { createLocalEnvironment, type LocalEnvironment } from "./local-environment.ts";
import { resolveOptions, type RuntimeOptions } from "./options.ts";
import type { RuntimeApp, RuntimeFunction } from "./runtime-app.ts";
import type { DeadLetter } from "./services/service-context.ts";
import { shownAddresses } from "./shown-addresses.ts";
import { createServices, type ServicesOptions } from "./services/services.ts";
import { Traffic } from "./traffic/traffic.ts";

/** A function whose new code failed while it loaded. */
export interface FailedLoad extends FailedStart {
  readonly functionId: string;
}

/** A running app. */
export interface Runtime {
  readonly port: number;
  readonly host: string;
  /** `http://localhost:3333` */
  readonly url: string;
  /** URL for other devices on the network: `http://192.168.1.20:3333`; null unless the app listens on every address. */
  readonly networkUrl: string | null;
  /** WebSocket URL for the app's pages: `ws://localhost:3333`, or at the network address or public URL. */
  readonly webSocketUrl: string;
  readonly traffic: Traffic;
  readonly invoker: Invoker;
  /**
   * Replaces functions and routes without dropping a socket or a frame. Resolves with the functions
   * whose new code failed to load, which traffic also reports.
   */
  update(app: RuntimeApp): Promise<readonly FailedLoad[]>;
  /** Absolute build folders from which environments may start or run. */
  readonly foldersInUse: ReadonlySet<string>;
  /** Environment variables that locate the local services. */
  environment(): Readonly<Record<string, string>>;
  /** Events and queue messages that failed every retry. */
  deadLetters(): readonly DeadLetter[];
  /** Shuts down: stops listening, closes sockets (1001), runs their `$disconnect` functions, and stops environments. */
  close(): Promise<void>;
}

type Awaitable<T> = T | Promise<T>;

/** Strategies by name. Rarely used ones are loaded on demand. */
const strategies: Readonly<
  Record<string, (options: ProcessStrategyOptions) => Awaitable<ExecutionStrategy>>
> = {
  process: createProcessStrategy,
  "child-process": createChildProcesses,
};

async function createChildProcesses(): Promise<ExecutionStrategy> {
  const { createChildProcessStrategy } = await import("./execution/child-process/strategy.ts");
  return createChildProcessStrategy();
}

/**
 * Runs an app: gateway, environments and services, wired together.
 * @throws RuntimeError if the port or host is not available.
 */
export async function createRuntime(given: RuntimeOptions): Promise<Runtime> {
  const { execution = "process", inspect } = given;
  const strategy = await (typeof execution === "string"
    ? strategies[execution]?.({
        ...(inspect === undefined ? {} : { inspect }),
        ...(given.processAhead === undefined ? {} : { ahead: given.processAhead }),
        ...(given.clock !== undefined && isMovableClock(given.clock) ? { clock: given.clock } : {}),
      })
    : execution);
  const options = resolveOptions(given, strategy);
  const { app, connections, clock, limits, host, stage, allowedOrigins, publicUrl } = options;
  const trust = createTrust({ host, allowedOrigins, publicUrl });
  const traffic = new Traffic();
  const realtime = new Realtime(clock, traffic);
  // Start a process for the first function while services and gateway start.
  const first = app.functions.find(({ build }) => build === "pending" || build.ok);
  if (first !== undefined) options.strategy.prepare?.(first.config);
  const { wrapExecution = (one: ExecutionStrategy) => one } = given;
  const invoker = new FunctionInvoker({
    // This process is for Node.js functions only. A custom strategy handles all functions itself.
    strategy: wrapExecution(
      typeof given.execution === "object"
        ? options.strategy
        : createByRuntimeStrategy(options.strategy, createChildProcesses),
    ),
    clock,
    traffic,
    channel: {
      request: (id, command) => connections.request(id, command),
      realtime: (command, data, isText) => realtime.handle(command, data, isText),
    },
    maxEnvironments: options.maxEnvironments,
    concurrencyPerEnvironment: options.concurrencyPerEnvironment,
    enforcesTimeouts: options.enforcesTimeouts,
  });
  // Load only the services that the manifest needs.
  const services = await createServices({
    app,
    invoker,
    clock,
    traffic,
    connections,
    realtime,
    trust,
    ...optionalServiceOptions(given),
  });
  const gateway = await createGateway({
    host,
    port: options.port,
    invoker,
    connections,
    realtime,
    traffic,
    clock,
    limits,
    stage,
    app: withSecret(app, options.appSecret),
    trust,
    tls: options.tls,
    answerService: (request, response) => services.handleHttp(request, response),
  }).catch(async (error: unknown) => {
    await services.close();
    throw error;
  });
  const { port } = gateway;
  const { url, networkUrl, webSocketUrl } = shownAddresses({
    host,
    port,
    isSecure: options.tls !== null,
    publicUrl,
  });

  async function setFunctions(next: RuntimeApp): Promise<readonly FailedLoad[]> {
    const { manifest, root } = next;
    const ports = services.ports();
    const helpers = await Promise.all(next.functions.map(helpersOf));
    await services.setHelpers(helpers.flat(), port);
    const serviceVariables = services.environment();
    const known = new Set(next.functions.map(({ functionId }) => functionId));
    for (const id of invoker.functionIds) if (!known.has(id)) invoker.removeFunction(id);
    const failed = await Promise.all(
      next.functions.map(async (fn, index) => {
        const local = createLocalEnvironment({
          functionId: fn.functionId,
          manifest,
          root,
          port,
          webSocketUrl,
          ports,
          helpers: helpers[index] ?? [],
          appSecret: next.env?.["ARC_APP_SECRET"] === undefined ? options.appSecret : null,
        });
        const start = await invoker.setFunction(defineFunction(next, fn, local, serviceVariables));
        if (start === null) return [];
        const { functionId } = fn;
        const { failure, runningSince, isKnown } = start;
        if (!isKnown) traffic.emit({ type: "init-failed", functionId, failure, runningSince });
        return [{ functionId, ...start }];
      }),
    );
    return failed.flat();
  }

  async function apply(next: RuntimeApp): Promise<readonly FailedLoad[]> {
    await services.update(next);
    const failed = await setFunctions(next);
    gateway.setApp(withSecret(next, options.appSecret));
    return failed;
  }

  await setFunctions(app).catch(async (error: unknown) => {
    await gateway.close();
    await services.close();
    await invoker.close();
    throw error;
  });
  services.start();
  // Updates run one at a time, so that the last one wins.
  let updates: Promise<unknown> = Promise.resolve();
  return {
    port,
    host,
    url,
    networkUrl,
    webSocketUrl,
    traffic,
    invoker,
    update(latest) {
      const update = updates.then(async () => apply(latest));
      updates = update.catch(() => {});
      return update;
    },
    get foldersInUse() {
      return invoker.foldersInUse;
    },
    environment: () => services.environment(),
    deadLetters: () => services.deadLetters(),
    async close() {
      await updates;
      await gateway.close();
      await services.close();
      await invoker.close();
      await connections.close();
    },
  };
}

/** The app with a secret: its own, or a generated one. */
function withSecret(app: RuntimeApp, appSecret: string): RuntimeApp {
  return { ...app, env: { ARC_APP_SECRET: appSecret, ...app.env } };
}

function defineFunction(
  app: RuntimeApp,
  fn: RuntimeFunction,
  local: LocalEnvironment,
  serviceVariables: Readonly<Record<string, string>>,
): FunctionDefinition {
  const { functionId, config, env, build } = fn;
  return {
    functionId,
    functionName: localFunctionName(app.manifest.app, functionId),
    region: localPlace(app.manifest).region,
    config,
    variables: { ...local.defaults, ...env, ...local.addresses, ...serviceVariables },
    built: codeOf(build),
  };
}

/** Architect's packages that a function holds, or finds when it is not bundled. */
async function helpersOf({ build, config }: RuntimeFunction): Promise<readonly ArchitectHelper[]> {
  if (build === "pending" || !build.ok) return [];
  const { built } = build;
  return config.bundle ? helpersAmong(built.inputs) : helpersAbove(built.sourceDirectory);
}

function codeOf(build: RuntimeFunction["build"]): FunctionDefinition["built"] {
  if (build === "pending") return build;
  return build.ok ? build.built : failedBuild(build.diagnostics.map(({ text }) => text));
}

function failedBuild(texts: readonly string[]): InvocationFailure {
  return {
    ok: false,
    kind: "init",
    errorType: "Runtime.UserCodeSyntaxError",
    errorMessage: texts.join("\n"),
    trace: [],
  };
}

function optionalServiceOptions(
  options: RuntimeOptions,
): Pick<ServicesOptions, "dataDirectory" | "dynamoEndpoint" | "ports" | "seedFile"> {
  const { dataDirectory, dynamoEndpoint, servicePorts, seedFile } = options;
  return {
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
    ...(dynamoEndpoint === undefined ? {} : { dynamoEndpoint }),
    ...(seedFile === undefined ? {} : { seedFile }),
    ...(servicePorts === undefined ? {} : { ports: servicePorts }),
  };
}
