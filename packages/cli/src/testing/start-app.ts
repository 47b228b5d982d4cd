import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { AnyApp, AppShape } from "@arclet/client";
import type { Limits, TrafficEvent } from "@arclet/runtime";
import { createMovableClock } from "@arclet/runtime/testing";
import { DevSession } from "../dev/dev-session.ts";
import { functionEnvironment } from "../dev/function-environment.ts";
import { diagnosticsText } from "../terminal/diagnostics-text.ts";
import { withBuildLock } from "./build-lock.ts";
import { declaredFunction } from "./declared-function.ts";
import { createFaults } from "./faults.ts";
import { absoluteFolder, findRoot } from "./find-root.ts";
import { FunctionError, FunctionReports } from "./function-failure.ts";
import { openPeer, type ConnectOptions, type Peer } from "./peer.ts";
import { createRequests } from "./requests.ts";
import { openTables } from "./table-access.ts";
import type { Published, TestApp, TestTables } from "./test-app.ts";

export interface StartAppOptions {
  /** Folder of the app. @default the nearest folder with a manifest, from the calling file upwards */
  readonly root?: string | URL;
  /** Environment variables of every function; they override `.env` and the preferences. */
  readonly env?: Readonly<Record<string, string>>;
  /** Modules to replace at build time, relative to the app's folder. */
  readonly replace?: Readonly<Record<string, string | URL>>;
  /** API Gateway quotas to override: `{ idleMs: 1000 }`. */
  readonly limits?: Partial<Limits>;
  /** Seed of faults with a `rate`. @default 1 */
  readonly seed?: number;
  /** Do not write functions' failures to standard error. @default false */
  readonly silent?: boolean;
}

/**
 * Builds an app and runs it on a free port: gateway and services in this process, functions in their own
 * processes.
 *
 * @throws CliError if the manifest has errors or a function does not build
 */
export async function startApp<App extends AppShape = AnyApp>(
  options: StartAppOptions = {},
): Promise<TestApp<App>> {
  const { stack = "" } = new Error("place of the caller");
  const root = options.root === undefined ? await findRoot(stack) : absoluteFolder(options.root);
  const clock = createMovableClock();
  const { faults, router, wrapExecution } = createFaults(options.seed ?? 1, clock);
  const reports = new FunctionReports(root, options.silent ?? false);
  const sent: Published[] = [];
  const peers = new Set<Peer<App>>();
  let lastConnected = "";
  const replaced: Record<string, string> = {};
  const addReplacement = (module: string, replacement: string | URL): void => {
    const isUrl = replacement instanceof URL || replacement.startsWith("file:");
    const from = resolve(root, module);
    const to = isUrl ? fileURLToPath(replacement) : resolve(root, replacement);
    for (const path of [from, to]) {
      if (existsSync(path)) continue;
      throw new TypeError(`${path} cannot be replaced or replace: there is no such file`);
    }
    replaced[from] = to;
  };
  for (const [module, by] of Object.entries(options.replace ?? {})) addReplacement(module, by);

  function observe(event: TrafficEvent): void {
    reports.observe(event);
    if (event.type === "connected") lastConnected = event.connectionId;
    else if (event.type === "published") {
      const { service, name, message } = event;
      sent.push({ service, name, payload: parsed(message) });
    } else if (event.type === "bug") process.stderr.write(`${String(event.error)}\n`);
  }

  const folder = join(root, ".arclet", "test");
  const build = () => ({
    // Replaced modules give different builds, which must not overwrite those another test runs.
    outDirectory: join(folder, Object.keys(replaced).length === 0 ? "build" : hashOf(replaced)),
    cacheDirectory: join(folder, "cache"),
    replace: { ...replaced },
  });
  const { NODE_V8_COVERAGE: coverage } = process.env;
  const locked = <T>(run: () => Promise<T>): Promise<T> => withBuildLock(join(folder, "lock"), run);
  const session = await locked(() =>
    DevSession.start({
      root,
      port: 0,
      host: null,
      watches: false,
      inspect: null,
      measuresMemory: () => false,
      state: {},
      variables: {
        ...(coverage === undefined ? {} : { NODE_V8_COVERAGE: resolve(coverage) }),
        ...options.env,
      },
      // Moving the clock must not make a live peer look dead.
      runtime: {
        clock,
        connections: router,
        wrapExecution,
        limits: { pingMs: Infinity, ...options.limits },
      },
      build: build(),
      onEvent(event) {
        if (event.type === "traffic") observe(event.event);
        else if (event.type === "diagnostics" && options.silent !== true)
          process.stderr.write(`${diagnosticsText(event.diagnostics)}\n`);
      },
    }),
  );
  const { runtime, project } = session;
  const { manifest } = project;
  let connecting: Promise<unknown> = Promise.resolve();

  /** One handshake at a time, so that the connection opened last is the peer's. */
  function connect(given: ConnectOptions = {}): Promise<Peer<App>> {
    const opened = connecting.then(async () => {
      const peer = await openPeer<App>(runtime.webSocketUrl, given, reports, () => lastConnected);
      peers.add(peer);
      void peer.closed.then(() => peers.delete(peer));
      return peer;
    });
    connecting = opened.catch(() => {});
    return opened;
  }

  async function invoke(functionId: string, event?: unknown): Promise<unknown> {
    const declared = declaredFunction(project.functions, functionId);
    const { generateEvent } = await import("@arclet/runtime/generate-event");
    const host = new URL(runtime.url).host;
    const payload =
      event === undefined
        ? generateEvent(manifest, declared, { host, now: clock.now() })
        : JSON.stringify(event);
    const result = await runtime.invoker.invoke(functionId, payload);
    if (!result.ok) throw new FunctionError(functionId, result);
    return parsed(result.payload);
  }

  let closing: Promise<void> | null = null;
  async function end(): Promise<void> {
    for (const peer of peers) peer.terminate();
    await session.close();
  }
  const close = (): Promise<void> => (closing ??= end());
  const [first] = project.functions;
  return {
    url: runtime.url,
    webSocketUrl: runtime.webSocketUrl,
    connect,
    ...createRequests(runtime.url),
    invoke,
    tables: openTables(
      manifest,
      runtime.environment()["AWS_ENDPOINT_URL_DYNAMODB"],
    ) as TestTables<App>,
    sent,
    get deadLetters() {
      return runtime.deadLetters();
    },
    env: {
      ...(first === undefined ? {} : functionEnvironment(project, first)),
      ...runtime.environment(),
      ...(manifest.ws === null ? {} : { ARC_WSS_URL: runtime.webSocketUrl }),
      ARC_HTTP_URL: runtime.url,
    },
    get logs() {
      return reports.lines;
    },
    clock: {
      now: () => clock.now(),
      async advance(by) {
        await Promise.all(Array.from(peers, (peer) => peer.flushed()));
        await clock.advance(by);
      },
    },
    faults: {
      ...faults,
      throttle(functionId, fault) {
        faults.throttle(declaredFunction(project.functions, functionId).id, fault);
      },
    },
    async replace(module, replacement) {
      addReplacement(module, replacement);
      await locked(() => session.rebuild(build()));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function hashOf(replaced: Readonly<Record<string, string>>): string {
  return createHash("sha256").update(JSON.stringify(replaced)).digest("hex").slice(0, 16);
}
