import { mkdir } from "node:fs/promises";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import {
  localName,
  type KeyAttribute,
  type Manifest,
  type Table,
  type TableIndex,
} from "@arclet/manifest";
import type { ClockTimer } from "../../clock.ts";
import { RuntimeError } from "../../errors.ts";
import { requestDynamo } from "./dynamodb/dynamodb-request.ts";
import type { FromDynamoWorker, ToDynamoWorker } from "./dynamodb/worker-messages.ts";
import { tellTraffic, type ServiceContext } from "../service-context.ts";
import { TableStreams } from "../tables-streams/table-streams.ts";

/** How often expired items are looked for; DynamoDB promises only "within a few days". */
const expiryIntervalMs = 10_000;

export interface TablesOptions {
  /** @default 0, any free port */
  readonly port?: number;
}

/** The embedded DynamoDB, in a thread of its own. */
export class Tables {
  readonly port: number;
  readonly #context: ServiceContext;
  readonly #worker: Worker;
  readonly #streams: TableStreams;
  #manifest: Manifest;
  #sweep: ClockTimer | null = null;

  private constructor(
    context: ServiceContext,
    worker: Worker,
    port: number,
    streams: TableStreams,
    manifest: Manifest,
  ) {
    this.#context = context;
    this.#worker = worker;
    this.port = port;
    this.#streams = streams;
    this.#manifest = manifest;
    worker.on("message", (message: FromDynamoWorker) => {
      if (message.type === "changes")
        this.#context.traffic.report(streams.accept(message.changes), "tables-streams");
      else if (message.type === "failed")
        this.#context.traffic.emit({
          type: "bug",
          where: "tables",
          error: new Error(message.error),
        });
      else if (message.type === "expired") this.#planSweep();
    });
    worker.on("error", (error) =>
      this.#context.traffic.emit({ type: "bug", where: "tables", error }),
    );
    this.#planSweep();
  }

  /** Rejects when the port is taken or the data folder cannot be used. */
  static async open(
    context: ServiceContext,
    manifest: Manifest,
    options: TablesOptions = {},
  ): Promise<Tables> {
    const path = context.dataDirectory === null ? null : join(context.dataDirectory, "tables");
    if (path !== null) await mkdir(path, { recursive: true });
    const bootstrap = createRequire(import.meta.url).resolve("@arclet/runtime/dynamodb/worker");
    const worker = new Worker(bootstrap, {
      workerData: { path, port: options.port ?? 0 },
    });
    // The worker's first message is one of these two.
    const [first] = (await once(worker, "message")) as [FromDynamoWorker];
    if (first.type !== "listening") {
      await worker.terminate();
      const reason = first.type === "failed" ? first.error : "it did not start";
      throw reason.includes("EADDRINUSE")
        ? new RuntimeError("ERR_PORT_IN_USE", `Port ${options.port ?? 0}, for tables, is in use`)
        : new RuntimeError("ERR_SERVICE_FAILED", `The embedded DynamoDB: ${reason}`);
    }
    const streams = await TableStreams.open(context, manifest);
    const tables = new Tables(context, worker, first.port, streams, manifest);
    await tables.update(manifest);
    return tables;
  }

  /** Creates what is missing. Tables and indexes that left the manifest keep their data. */
  async update(manifest: Manifest): Promise<void> {
    this.#manifest = manifest;
    this.#streams.update(manifest);
    const streamed = new Set(manifest.tableStreams.map((stream) => stream.table));
    this.#tell({
      type: "configure",
      streams: manifest.tables
        .filter((table) => streamed.has(table.name))
        .map((table) => ({ table: localName(manifest.app, table.name), keys: keyNames(table) })),
    });
    for (const table of manifest.tables) await this.#ensure(table);
  }

  /** Begins to invoke the functions of streams. */
  start(): void {
    this.#streams.start();
  }

  async isEmpty(name: string): Promise<boolean> {
    const { Count } = await this.#call<{ Count: number }>("Scan", {
      TableName: localName(this.#manifest.app, name),
      Limit: 1,
    });
    return Count === 0;
  }

  /** Rejects with DynamoDB's words when it refuses the item, which is in its own JSON. */
  async put(name: string, item: object): Promise<void> {
    await this.#call("PutItem", {
      TableName: localName(this.#manifest.app, name),
      Item: item,
    });
  }

  async close(): Promise<void> {
    this.#sweep?.cancel();
    // Functions of streams use tables.
    await this.#streams.stop();
    const exited = once(this.#worker, "exit");
    this.#tell({ type: "close" });
    await exited;
    await this.#streams.close();
  }

  async #ensure(table: Table): Promise<void> {
    const name = localName(this.#manifest.app, table.name);
    const described = await requestDynamo(
      this.port,
      "DescribeTable",
      JSON.stringify({ TableName: name }),
    );
    if (described.status !== 200) {
      await this.#call("CreateTable", createTableInput(name, table));
      await this.#untilActive(name);
      return;
    }
    // dynalite's own answer, of DynamoDB's shape.
    const { Table: existing } = JSON.parse(described.body) as {
      Table: {
        KeySchema: readonly { AttributeName: string }[];
        GlobalSecondaryIndexes?: readonly { IndexName: string }[];
      };
    };
    if (existing.KeySchema.map((key) => key.AttributeName).join() !== keyNames(table).join()) {
      tellTraffic(
        this.#context,
        `tables/${table.name}`,
        `table ${table.name} has other keys in its data than in the manifest; it keeps its data and its keys`,
      );
      return;
    }
    const known = new Set((existing.GlobalSecondaryIndexes ?? []).map((index) => index.IndexName));
    for (const index of table.indexes) {
      if (known.has(index.name)) continue;
      await this.#call("UpdateTable", {
        TableName: name,
        AttributeDefinitions: attributesOf(table),
        GlobalSecondaryIndexUpdates: [{ Create: indexInput(index) }],
      });
      await this.#untilActive(name);
    }
  }

  /** dynalite makes tables in the background, as DynamoDB does; until then they are not found. */
  async #untilActive(name: string): Promise<void> {
    for (;;) {
      const { Table: state } = await this.#call<{
        Table: {
          TableStatus: string;
          GlobalSecondaryIndexes?: readonly { IndexStatus: string }[];
        };
      }>("DescribeTable", { TableName: name });
      const indexes = state.GlobalSecondaryIndexes ?? [];
      const isActive = indexes.every(({ IndexStatus }) => IndexStatus === "ACTIVE");
      if (state.TableStatus === "ACTIVE" && isActive) return;
    }
  }

  /** dynalite's answers are of DynamoDB's shapes. */
  async #call<Output>(operation: string, input: object): Promise<Output> {
    const reply = await requestDynamo(this.port, operation, JSON.stringify(input));
    if (reply.status !== 200) throw new Error(`${operation}: ${reply.body}`);
    return JSON.parse(reply.body) as Output;
  }

  #planSweep(): void {
    this.#sweep?.cancel();
    this.#sweep = this.#context.clock.after(expiryIntervalMs, () => {
      const { app, tables } = this.#manifest;
      const expiring = tables.flatMap((table) =>
        table.ttlAttribute === null
          ? []
          : [
              {
                table: localName(app, table.name),
                keys: keyNames(table),
                attribute: table.ttlAttribute,
              },
            ],
      );
      if (expiring.length === 0) this.#planSweep();
      else this.#tell({ type: "expire", nowMs: this.#context.clock.now(), tables: expiring });
    });
  }

  #tell(message: ToDynamoWorker): void {
    this.#worker.postMessage(message);
  }
}

function keysOf(item: {
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute | null;
}): KeyAttribute[] {
  return item.sortKey === null ? [item.partitionKey] : [item.partitionKey, item.sortKey];
}

export function keyNames(table: Table): string[] {
  return keysOf(table).map((key) => key.name);
}

function keySchema(keys: readonly KeyAttribute[]): object[] {
  return keys.map((key, index) => ({
    AttributeName: key.name,
    KeyType: index === 0 ? "HASH" : "RANGE",
  }));
}

function attributesOf(table: Table): object[] {
  const types = new Map(
    [table, ...table.indexes].flatMap(keysOf).map((key) => [key.name, key.type]),
  );
  return [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
}

function indexInput(index: TableIndex): object {
  const { projection } = index;
  return {
    IndexName: index.name,
    KeySchema: keySchema(keysOf(index)),
    Projection:
      projection === "all"
        ? { ProjectionType: "ALL" }
        : projection === "keys"
          ? { ProjectionType: "KEYS_ONLY" }
          : { ProjectionType: "INCLUDE", NonKeyAttributes: projection },
  };
}

function createTableInput(name: string, table: Table): object {
  return {
    TableName: name,
    AttributeDefinitions: attributesOf(table),
    KeySchema: keySchema(keysOf(table)),
    BillingMode: "PAY_PER_REQUEST",
    ...(table.indexes.length === 0
      ? {}
      : { GlobalSecondaryIndexes: table.indexes.map(indexInput) }),
  };
}
