import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { ArchitectHelper } from "@arclet/builder";
import type { Clock } from "../clock.ts";
import type { ConnectionRouter } from "../connections/connection-router.ts";
import type { Invoker } from "../execution/invoker.ts";
import { RuntimeError } from "../errors.ts";
import { readBody } from "../http/read-body.ts";
import type { Trust } from "../http/trust.ts";
import type { RuntimeApp } from "../runtime-app.ts";
import type { Traffic } from "../traffic/traffic.ts";
import type { Events } from "./events/events.ts";
import type { FixedPorts } from "./architect/fixed-ports.ts";
import { parseObject, textAnswer, type HttpAnswer } from "../http/http-answer.ts";
import type { Queues } from "./queues/queues.ts";
import type { Scheduler } from "./scheduled/scheduler.ts";
import { tableNames } from "../aws-names.ts";
import type { DeadLetter, ServiceContext } from "./service-context.ts";
import type { Tables } from "./tables/tables.ts";

export interface ServicesOptions {
  readonly app: RuntimeApp;
  readonly invoker: Invoker;
  readonly clock: Clock;
  readonly traffic: Traffic;
  readonly connections: ConnectionRouter;
  /** Which browsers' pages may use the services' own port. */
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
  /** What services listen on, by Architect's names. Absent: not started. */
  ports(): Record<string, number>;
  /** Environment that leads functions' AWS SDK here. */
  environment(): Record<string, string>;
  /** Takes requests to the paths the gateway mounts (`/_arc/ssm`, `/__arc`); false: not one of them. */
  handleHttp(request: IncomingMessage, response: ServerResponse): boolean;
  deadLetters(): readonly DeadLetter[];
  /**
   * Opens the ports that the functions' helpers have written into them.
   * @throws RuntimeError `ERR_PORT_IN_USE`
   */
  setHelpers(helpers: readonly ArchitectHelper[], gatewayPort: number): Promise<void>;
  /** Begins to invoke functions: call it once they are in place. */
  start(): void;
  /** Starts what an edited manifest newly has. */
  update(app: RuntimeApp): Promise<void>;
  /** Stops taking in, waits for what runs, keeps the rest when there is a data folder. */
  close(): Promise<void>;
}

/** SQS and SNS take at most 256 KB; a batch of ten in percent-encoding fits in here. */
const bodyLimitBytes = 8 * 1024 * 1024;

/** Starts the services the manifest has; the modules of the others are never loaded. */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const services = new LocalServices(options);
  await services.update(options.app).catch(async (error: unknown) => {
    await services.close();
    throw error;
  });
  return services;
}

class LocalServices implements Services {
  readonly #options: ServicesOptions;
  readonly #context: ServiceContext;
  #app: RuntimeApp;
  #tables: Tables | null = null;
  #events: Events | null = null;
  #queues: Queues | null = null;
  #scheduler: Scheduler | null = null;
  #fixedPorts: FixedPorts | null = null;
  #server: Server | null = null;
  #port = 0;
  #isStarted = false;

  constructor(options: ServicesOptions) {
    const { invoker, clock, traffic } = options;
    this.#options = options;
    this.#app = options.app;
    this.#context = { invoker, clock, traffic, dataDirectory: options.dataDirectory ?? null };
  }

  ports(): Record<string, number> {
    return {
      ...(this.#server === null ? {} : { events: this.#port }),
      ...(this.#tables === null ? {} : { tables: this.#tables.port }),
    };
  }

  environment(): Record<string, string> {
    const environment: Record<string, string> = {};
    const { manifest } = this.#app;
    if (manifest.tables.length > 0)
      environment["ARC_TABLES"] = JSON.stringify(tableNames(manifest));
    if (this.#options.dynamoEndpoint !== undefined)
      environment["AWS_ENDPOINT_URL_DYNAMODB"] = this.#options.dynamoEndpoint;
    if (this.#tables !== null) {
      environment["AWS_ENDPOINT_URL_DYNAMODB"] = `http://127.0.0.1:${this.#tables.port}`;
      environment["ARC_TABLES_PORT"] = String(this.#tables.port);
    }
    if (this.#server !== null) environment["ARC_EVENTS_PORT"] = String(this.#port);
    if (this.#events !== null && manifest.events.length > 0) {
      environment["AWS_ENDPOINT_URL_SNS"] = `${this.#origin()}/sns`;
      environment["ARC_EVENTS"] = JSON.stringify(this.#events.arns());
    }
    if (this.#queues !== null && manifest.queues.length > 0) {
      environment["AWS_ENDPOINT_URL_SQS"] = `${this.#origin()}/sqs`;
      environment["ARC_QUEUES"] = JSON.stringify(this.#queueUrls());
    }
    return environment;
  }

  handleHttp(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== "POST") return false;
    const path = pathOf(request);
    if (path !== "/_arc/ssm" && path !== "/_arc/ssm/" && path !== "/__arc") return false;
    this.#options.traffic.report(this.#serve(request, response), "services");
    return true;
  }

  deadLetters(): readonly DeadLetter[] {
    return [...(this.#events?.deadLetters() ?? []), ...(this.#queues?.deadLetters() ?? [])];
  }

  start(): void {
    this.#isStarted = true;
    this.#events?.start();
    this.#queues?.start();
    this.#tables?.start();
  }

  async setHelpers(helpers: readonly ArchitectHelper[], gatewayPort: number): Promise<void> {
    if (this.#fixedPorts === null) {
      if (helpers.length === 0) return;
      const { FixedPorts: Opened } = await import("./architect/fixed-ports.ts");
      this.#fixedPorts = new Opened();
    }
    const { fixedPortsFor } = await import("./architect/fixed-ports.ts");
    const wanted = fixedPortsFor(helpers, this.#app.manifest, {
      gateway: gatewayPort,
      events: this.#server === null ? null : this.#port,
      tables: this.#tables?.port ?? null,
    });
    await this.#fixedPorts.update(wanted);
  }

  async update(app: RuntimeApp): Promise<void> {
    this.#app = app;
    const { manifest } = app;
    const hasPublished = manifest.events.length > 0 || manifest.queues.length > 0;
    if (hasPublished && this.#server === null) await this.#listen();
    if (this.#events !== null) this.#events.update(manifest.app, manifest.events);
    else if (manifest.events.length > 0) {
      const { Events: Opened } = await import("./events/events.ts");
      this.#events = await Opened.open(this.#context, manifest.app, manifest.events);
    }
    if (this.#queues !== null) await this.#queues.update(manifest);
    else if (manifest.queues.length > 0) {
      const { Queues: Opened } = await import("./queues/queues.ts");
      this.#queues = await Opened.open(this.#context, manifest);
    }
    if (this.#tables !== null) await this.#tables.update(manifest);
    else if (manifest.tables.length > 0 && this.#options.dynamoEndpoint === undefined) {
      const { Tables: Opened } = await import("./tables/tables.ts");
      this.#tables = await Opened.open(this.#context, manifest, {
        port: this.#options.ports?.tables ?? 0,
      });
      const { seedTables } = await import("./tables/seed-tables.ts");
      await seedTables(this.#tables, manifest, app.root, this.#options.seedFile ?? null);
    }
    if (this.#scheduler === null && manifest.schedules.length > 0) {
      const { Scheduler: Opened } = await import("./scheduled/scheduler.ts");
      this.#scheduler = new Opened(this.#context);
    }
    this.#scheduler?.update(manifest.app, manifest.schedules);
    if (this.#isStarted) this.start();
  }

  async close(): Promise<void> {
    this.#scheduler?.close();
    // Functions that still run use tables and publish: what they reach goes last.
    await Promise.all([this.#events?.close(), this.#queues?.close()]);
    await this.#tables?.close();
    await this.#fixedPorts?.close();
    if (this.#server !== null) {
      const closed = once(this.#server, "close");
      this.#server.close();
      this.#server.closeAllConnections();
      await closed;
      this.#server = null;
    }
  }

  async #listen(): Promise<void> {
    const server = createServer((request, response) => {
      this.#options.traffic.report(this.#serve(request, response), "services");
    });
    const wanted = this.#options.ports?.events ?? 0;
    server.listen(wanted, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch (cause) {
      throw new RuntimeError(
        "ERR_PORT_IN_USE",
        `Port ${wanted}, for events and queues, is in use`,
        {
          cause,
        },
      );
    }
    const address = server.address();
    this.#port = typeof address === "object" && address !== null ? address.port : 0;
    this.#server = server;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { trust } = this.#options;
    if (!trust.isTrustedHost(request) || !trust.isTrustedOrigin(request)) {
      request.resume();
      response.writeHead(403, { "content-type": "text/plain" });
      response.end(
        "Forbidden: this port serves the programs of this machine, not other sites' pages",
      );
      return;
    }
    const body = await readBody(request, bodyLimitBytes);
    if (body === "aborted") return;
    const answer =
      body === "too-large"
        ? textAnswer(413, "The request is too large")
        : await this.#answer(request, body.toString());
    response.writeHead(answer.status, { "content-type": answer.contentType, ...answer.headers });
    response.end(answer.body);
  }

  async #answer(request: IncomingMessage, body: string): Promise<HttpAnswer> {
    const path = pathOf(request);
    const target = request.headers["x-amz-target"];
    if (typeof target === "string" && target.startsWith("AmazonSQS.") && this.#queues !== null) {
      const { answerSqs } = await import("./queues/sqs-api.ts");
      const input = parseObject(body);
      if (input === null) return textAnswer(400, "The body is not JSON");
      return answerSqs(this.#queues, target.slice("AmazonSQS.".length), input, this.#origin());
    }
    if (path.startsWith("/sns") && this.#events !== null) {
      const { answerSns } = await import("./events/sns-api.ts");
      return answerSns(this.#events, body);
    }
    const input = parseObject(body);
    if (input === null) return textAnswer(400, "The body is not a JSON object");
    if (path.startsWith("/_arc/ssm")) {
      const { answerParameters } = await import("./architect/discovery.ts");
      return answerParameters(this.#discovered(), input);
    }
    const { answerArchitect } = await import("./architect/architect-api.ts");
    return answerArchitect(path, input, {
      events: this.#events,
      queues: this.#queues,
      connections: this.#options.connections,
    });
  }

  #discovered(): Record<string, Record<string, string>> {
    const { manifest, root } = this.#app;
    return {
      tables: tableNames(this.#app.manifest),
      events: this.#events?.arns() ?? {},
      queues: this.#queueUrls(),
      ...(manifest.static === null
        ? {}
        : { static: { bucket: `${root}/${manifest.static.folder}` } }),
      ARC_SANDBOX: { ports: JSON.stringify(this.ports()) },
    };
  }

  #queueUrls(): Record<string, string> {
    const paths = Object.entries(this.#queues?.paths() ?? {});
    return Object.fromEntries(paths.map(([name, path]) => [name, `${this.#origin()}${path}`]));
  }

  #origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? "/";
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}
