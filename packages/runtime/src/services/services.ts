import type { IncomingMessage, ServerResponse } from "node:http";
import type { ArchitectHelper } from "@arclet/builder";
import type { Clock } from "../clock.ts";
import type { ConnectionRouter } from "../connections/connection-router.ts";
import type { Realtime } from "../connections/realtime.ts";
import type { Invoker } from "../execution/invoker.ts";
import { RuntimeError } from "../errors.ts";
import type { HttpAnswer } from "../http/http-answer.ts";
import type { Trust } from "../http/trust.ts";
import type { RuntimeApp } from "../runtime-app.ts";
import type { Traffic } from "../traffic/traffic.ts";
import type { FixedPorts } from "./architect/fixed-ports.ts";
import { dataFolderError } from "./data-folder-error.ts";
import type { DataLock } from "./data-lock.ts";
import { isDiskError } from "./disk-errors.ts";
import type { DeadLetter, ServiceContext } from "./service-context.ts";
import { pathOf, ServicesServer } from "./services-server.ts";
import type { Service, ServiceKind, ServiceRequest } from "./service.ts";

/**
 * All services, in the order they start; they stop in reverse order. Running functions use tables, so tables
 * start first and stop last. Modules of services that a manifest does not need are never loaded.
 */
const kinds: readonly ServiceKind[] = [
  {
    name: "tables",
    isNeeded: ({ tables }, { tables: { endpoint } }) => tables.length > 0 || endpoint !== null,
    usesPort: false,
    open: async (context, app) => (await import("./tables/tables-service.ts")).open(context, app),
  },
  {
    name: "events",
    isNeeded: ({ events }) => events.length > 0,
    usesPort: true,
    open: async (context, app) => (await import("./events/events-service.ts")).open(context, app),
  },
  {
    name: "queues",
    isNeeded: ({ queues }) => queues.length > 0,
    usesPort: true,
    open: async (context, app) => (await import("./queues/queues-service.ts")).open(context, app),
  },
  {
    name: "scheduled",
    isNeeded: ({ schedules }) => schedules.length > 0,
    usesPort: false,
    open: async (context, app) =>
      (await import("./scheduled/scheduled-service.ts")).open(context, app),
  },
  {
    name: "rooms",
    isNeeded: ({ rooms }) => rooms.some(({ functionId }) => functionId !== null),
    usesPort: false,
    open: async (context, app) => (await import("./rooms/rooms-service.ts")).open(context, app),
  },
];

export interface ServicesOptions {
  readonly app: RuntimeApp;
  readonly invoker: Invoker;
  readonly clock: Clock;
  readonly traffic: Traffic;
  readonly connections: ConnectionRouter;
  /** Who is in which room. */
  readonly realtime: Realtime;
  /** Judges what is local. */
  readonly trust: Trust;
  /** Absolute folder that keeps tables, events and messages. @default in memory */
  readonly dataDirectory?: string;
  /** Ports to listen on; 0 takes any free one. @default 0 each */
  readonly ports?: { readonly events?: number; readonly tables?: number };
  /** URL of a DynamoDB-compatible server to use instead of the embedded one. */
  readonly dynamoEndpoint?: string;
  /** Absolute path of the seed file. @default `sandbox-seed.{js,cjs,mjs,json}` of the project */
  readonly seedFile?: string;
}

export interface Services {
  /** Ports of the services, by Architect's names. Absent: not started. */
  ports(): Record<string, number>;
  /** Environment variables that point functions' AWS SDK to the services. */
  environment(): Record<string, string>;
  /** Handles requests to paths the gateway mounts (`/_arc/ssm`, `/__arc`); returns false for other paths. */
  handleHttp(request: IncomingMessage, response: ServerResponse): boolean;
  deadLetters(): readonly DeadLetter[];
  /**
   * Opens the ports that functions' helpers have hard-coded.
   * @throws RuntimeError `ERR_PORT_IN_USE`
   */
  setHelpers(helpers: readonly ArchitectHelper[], gatewayPort: number): Promise<void>;
  /** Starts to invoke functions. Call it once they are ready. */
  start(): void;
  /** Starts services that an edited manifest newly needs. */
  update(app: RuntimeApp): Promise<void>;
  /** Stops accepting requests, waits for running work, and stores the rest if there is a data folder. */
  close(): Promise<void>;
}

/** Starts the services the manifest has. */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { dataDirectory } = options;
  const lock =
    dataDirectory === undefined
      ? null
      : await (await import("./data-lock.ts")).lockDataDirectory(dataDirectory);
  const services = new LocalServices(options, lock);
  await services.update(options.app).catch(async (error: unknown) => {
    await services.close();
    throw error;
  });
  return services;
}

class LocalServices implements Services {
  readonly #options: ServicesOptions;
  readonly #context: ServiceContext;
  readonly #lock: DataLock | null;
  readonly #server: ServicesServer;
  readonly #open = new Map<string, Service>();
  #app: RuntimeApp;
  #fixedPorts: FixedPorts | null = null;
  #isStarted = false;

  constructor(options: ServicesOptions, lock: DataLock | null) {
    const { app, invoker, clock, traffic, trust, ports } = options;
    this.#options = options;
    this.#lock = lock;
    this.#app = app;
    this.#server = new ServicesServer({
      trust,
      traffic,
      answer: (request) => this.#answer(request),
    });
    this.#context = {
      invoker,
      clock,
      traffic,
      realtime: options.realtime,
      dataDirectory: options.dataDirectory ?? null,
      origin: () => this.#server.origin(),
      tables: {
        port: ports?.tables ?? 0,
        endpoint: options.dynamoEndpoint ?? null,
        seedFile: options.seedFile ?? null,
      },
    };
  }

  ports(): Record<string, number> {
    const { port: events } = this.#server;
    const own = [...this.#open].flatMap(([name, { port }]) =>
      port === undefined ? [] : [[name, port] as const],
    );
    return { ...(events === null ? {} : { events }), ...Object.fromEntries(own) };
  }

  environment(): Record<string, string> {
    const { port } = this.#server;
    const environment: Record<string, string> = {};
    if (port !== null) environment["ARC_EVENTS_PORT"] = String(port);
    for (const service of this.#open.values()) Object.assign(environment, service.environment());
    return environment;
  }

  handleHttp(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== "POST") return false;
    const path = pathOf(request);
    if (path !== "/_arc/ssm" && path !== "/_arc/ssm/" && path !== "/__arc") return false;
    this.#server.serve(request, response);
    return true;
  }

  deadLetters(): readonly DeadLetter[] {
    return [...this.#open.values()].flatMap((service) => service.deadLetters());
  }

  start(): void {
    this.#isStarted = true;
    for (const service of this.#open.values()) service.start();
  }

  async setHelpers(helpers: readonly ArchitectHelper[], gatewayPort: number): Promise<void> {
    if (this.#fixedPorts === null && helpers.length === 0) return;
    const { FixedPorts, fixedPortsFor } = await import("./architect/fixed-ports.ts");
    this.#fixedPorts ??= new FixedPorts();
    const wanted = fixedPortsFor(helpers, this.#app.manifest, {
      gateway: gatewayPort,
      events: this.#server.port,
      tables: this.#open.get("tables")?.port ?? null,
    });
    await this.#fixedPorts.update(wanted);
  }

  async update(app: RuntimeApp): Promise<void> {
    this.#app = app;
    for (const kind of kinds) {
      const { name, usesPort } = kind;
      const service = this.#open.get(name);
      if (service !== undefined) await service.update(app.manifest).catch(this.#explain(name));
      else if (kind.isNeeded(app.manifest, this.#context)) {
        if (usesPort) await this.#server.listen(this.#options.ports?.events ?? 0);
        this.#open.set(name, await kind.open(this.#context, app).catch(this.#explain(name)));
      }
    }
    if (this.#isStarted) this.start();
  }

  /** Rejects with what the user can do where the disk is at fault. */
  #explain(name: string): (error: unknown) => never {
    return (error) => {
      const { dataDirectory } = this.#options;
      if (dataDirectory === undefined || error instanceof RuntimeError || !isDiskError(error))
        throw error;
      throw dataFolderError(dataDirectory, error, ` for ${name}`);
    };
  }

  async close(): Promise<void> {
    for (const { name } of kinds.toReversed()) await this.#open.get(name)?.close();
    await this.#fixedPorts?.close();
    await this.#server.close();
    await this.#lock?.release();
  }

  async #answer(request: ServiceRequest): Promise<HttpAnswer> {
    for (const service of this.#open.values()) {
      const answer = (await service.answer?.(request)) ?? null;
      if (answer !== null) return answer;
    }
    const { answerArchitect } = await import("./architect/architect-api.ts");
    return answerArchitect(request, {
      app: this.#app,
      connections: this.#options.connections,
      ports: this.ports(),
      discovered: Object.fromEntries(
        [...this.#open].map(([name, service]) => [name, service.discovered()]),
      ),
    });
  }
}
