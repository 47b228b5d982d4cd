import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  AwsSettings,
  CorsSettings,
  HttpRoute,
  Manifest,
  WebSocketApi,
} from "@arclet/manifest";
import { onTestFinished } from "vitest";
import { createMemoryRouter } from "../../src/connections/memory.ts";
import { Realtime } from "../../src/connections/realtime.ts";
import type { GatewayInvoker } from "../../src/execution/invoker.ts";
import type { InvocationErrorKind, InvocationResult } from "../../src/invocation.ts";
import {
  createGateway,
  type Gateway,
  type GatewayApp,
  type GatewayOptions,
} from "../../src/gateway/gateway.ts";
import type { TlsFiles } from "../../src/gateway/listener.ts";
import { createTrust } from "../../src/http/trust.ts";
import { resolveLimits, type Limits } from "../../src/limits.ts";
import { createTestClock, type TestClock } from "../../src/test-clock.ts";
import { Traffic } from "../../src/traffic/traffic.ts";
import { manifestWith } from "../../../../test/helpers/model.mjs";
import { openClient, refusedClient, type Client, type ClientOptions } from "./client.ts";

/** An event as a function gets it: what a test looks at is its own affair. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests reach into any corner of an event
export type LambdaEvent = any;

/** A function of the app; its value is the handler's, an exception fails the invocation. */
export type TestFunction = (event: LambdaEvent) => unknown;

export interface GatewayHarnessOptions {
  /** By function id: `connect`, `default`, `disconnect`, an action, `get /path`, `auth`. */
  readonly functions?: Readonly<Record<string, TestFunction>>;
  /** Actions besides the three lifecycle routes. */
  readonly actions?: readonly string[];
  readonly twoWay?: readonly string[];
  readonly without?: readonly ("$connect" | "$default" | "$disconnect")[];
  readonly webSocketApi?: Partial<WebSocketApi>;
  readonly routes?: readonly string[];
  readonly apigateway?: AwsSettings["apigateway"];
  readonly staticFiles?: Partial<NonNullable<Manifest["static"]>> | null;
  readonly proxy?: string;
  readonly cors?: Partial<CorsSettings>;
  /** Runs functions instead of `functions`. */
  readonly invoker?: GatewayInvoker;
  /** @default one of its own */
  readonly clock?: TestClock;
  readonly root?: string;
  readonly limits?: Partial<Limits>;
  readonly stage?: string;
  readonly host?: string;
  readonly allowedOrigins?: readonly string[];
  readonly publicUrl?: string;
  readonly rooms?: Manifest["rooms"];
  readonly env?: GatewayApp["env"];
  readonly answerService?: GatewayOptions["answerService"];
  readonly tls?: TlsFiles;
}

/** Thrown by a test function: the invocation fails in just this way. */
export class Failure {
  readonly kind: InvocationErrorKind;
  readonly errorMessage: string;
  readonly errorType: string;

  constructor(kind: InvocationErrorKind, errorMessage = "failed", errorType = "Error") {
    this.kind = kind;
    this.errorMessage = errorMessage;
    this.errorType = errorType;
  }
}

/** Returned by a test function: the payload itself, as a custom runtime may answer it. */
export class Payload {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface GatewayHarness {
  readonly gateway: Gateway;
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly clock: TestClock;
  readonly traffic: Traffic;
  readonly realtime: Realtime;
  /** The next event, in order, that the function has got or will get. */
  readonly event: (functionId: string) => Promise<LambdaEvent>;
  /** How many events it has got so far. */
  readonly count: (functionId: string) => number;
  /** Opens a socket; throws when it is refused. */
  readonly open: (options?: ClientOptions) => Promise<Client>;
  /** What a refused handshake is answered with. */
  readonly refused: (options?: ClientOptions) => Promise<{ status: number; body: string }>;
  /** Swaps the app, sockets stay. */
  readonly setApp: (options: GatewayHarnessOptions) => void;
  readonly close: () => Promise<void>;
}

/** A real gateway on a port of its own, with functions that are run in the test. */
export async function startGateway(given: GatewayHarnessOptions = {}): Promise<GatewayHarness> {
  const events = new Map<string, LambdaEvent[]>();
  const taken = new Map<string, number>();
  const waiting = new Set<() => void>();
  const clients = new Set<Client>();
  const bugs: unknown[] = [];
  const clock = given.clock ?? createTestClock();
  const traffic = new Traffic();
  traffic.listen((event) => {
    if (event.type === "bug") bugs.push(event.error);
  });
  const realtime = new Realtime(clock, traffic);
  let { functions = {} } = given;

  async function invoke(functionId: string, payload: string): Promise<InvocationResult> {
    const event: LambdaEvent = JSON.parse(payload);
    const list = events.get(functionId) ?? [];
    events.set(functionId, [...list, event]);
    for (const look of waiting) look();
    try {
      const value = await (functions[functionId] ?? (() => ({ statusCode: 200 })))(event);
      const answer = value instanceof Payload ? value.text : JSON.stringify(value);
      return { ok: true, payload: answer ?? "null" };
    } catch (error) {
      const { kind, errorMessage, errorType } =
        error instanceof Failure
          ? error
          : new Failure("handled", error instanceof Error ? error.message : "");
      return { ok: false, kind, errorType, errorMessage, trace: [] };
    }
  }

  let temporary: string | null = null;
  const root = given.root ?? (temporary = await mkdtemp(join(tmpdir(), "arclet-gateway-")));
  const gateway = await createGateway({
    host: given.host ?? "127.0.0.1",
    port: 0,
    invoker: given.invoker ?? {
      invoke,
      submit(functionId, payload, _source, settle) {
        void invoke(functionId, String(payload)).then(settle);
        // A function begins at once here.
        return { withdraw: () => false };
      },
    },
    connections: createMemoryRouter(),
    realtime,
    traffic,
    clock,
    limits: resolveLimits(given.limits),
    stage: given.stage ?? "testing",
    app: { root, manifest: manifestOf(given), env: given.env ?? {} },
    trust: createTrust({
      host: given.host ?? "127.0.0.1",
      allowedOrigins: given.allowedOrigins ?? [],
      publicUrl: given.publicUrl ?? null,
    }),
    answerService: given.answerService ?? (() => false),
    tls: given.tls ?? null,
  });
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => (closed ??= gateway.close());
  onTestFinished(async () => {
    for (const client of clients) client.socket.terminate();
    await close();
    if (temporary !== null) await rm(temporary, { recursive: true });
    if (bugs.length > 0) throw new AggregateError(bugs, "the gateway reported bugs");
  });
  const { port } = gateway;
  return {
    gateway,
    port,
    url: `http://127.0.0.1:${port}`,
    clock,
    traffic,
    realtime,
    event: (functionId) =>
      new Promise((resolve) => {
        const number = taken.get(functionId) ?? 0;
        taken.set(functionId, number + 1);
        const look = (): void => {
          const list = events.get(functionId) ?? [];
          if (list.length <= number) return;
          waiting.delete(look);
          resolve(list[number]);
        };
        waiting.add(look);
        look();
      }),
    count: (functionId) => events.get(functionId)?.length ?? 0,
    async open(options) {
      const client = await openClient(port, options);
      clients.add(client);
      return client;
    },
    refused: (options) => refusedClient(port, options),
    setApp(options) {
      functions = options.functions ?? functions;
      gateway.setApp({ root, manifest: manifestOf(options), env: options.env ?? {} });
    },
    close,
  };
}

function manifestOf(options: GatewayHarnessOptions): Manifest {
  const { actions = [], twoWay = [], without = [], routes = [] } = options;
  const lifecycle = (["$connect", "$default", "$disconnect"] as const)
    .filter((key) => !without.includes(key))
    .map((key) => ({ key, functionId: key.slice(1) }));
  const keys = [...lifecycle, ...actions.map((key) => ({ key, functionId: key }))];
  const { staticFiles = null, proxy } = options;
  return manifestWith({
    http: { routes: routes.map(httpRoute) },
    rooms: options.rooms ?? [],
    ws: {
      routeSelectionExpression: "$request.body.action",
      routes: keys.map(({ key, functionId }) => ({
        routeKey: key,
        functionId,
        hasRouteResponse: twoWay.includes(key),
        origin: null,
      })),
      authorizer: null,
      auth: [],
      origins: null,
      stage: { throttlingRateLimit: 1000, throttlingBurstLimit: 500, hasAccessLogs: false },
      ...options.webSocketApi,
    },
    static:
      staticFiles === null
        ? null
        : {
            folder: "public",
            fingerprint: false,
            ignore: [],
            prefix: null,
            prune: false,
            spa: false,
            compression: false,
            private: true,
            ...staticFiles,
          },
    cors:
      options.cors === undefined
        ? null
        : {
            origins: ["*"],
            methods: ["*"],
            headers: ["*"],
            exposed: [],
            hasCredentials: false,
            maxAgeSeconds: null,
            ...options.cors,
          },
    proxy: proxy === undefined ? null : { testing: proxy, staging: null, production: null },
    aws: {
      region: null,
      profile: null,
      bucket: null,
      protect: null,
      logRetention: 30,
      permissionsBoundary: null,
      tags: {},
      deadLetters: false,
      alarms: null,
      apigateway: options.apigateway ?? "http",
    },
  });
}

/** `get /cats/:id`, which is its function's id too. */
function httpRoute(text: string): HttpRoute {
  const [method = "get", path = "/"] = text.split(" ");
  return { method: method as HttpRoute["method"], path, functionId: text, origin: null };
}
