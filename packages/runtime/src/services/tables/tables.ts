import { once } from "node:events";
import { access, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import {
  localName,
  localPlace,
  type KeyAttribute,
  type Manifest,
  type Table,
  type TableIndex,
} from "@arclet/manifest";
import type { ClockTimer } from "../../clock.ts";
import { RuntimeError } from "../../errors.ts";
import { isDiskError } from "../disk-errors.ts";
import { reportRemark, type ServiceContext } from "../service-context.ts";
import { reportSkipped } from "../journal.ts";
import type {
  DynamoWorkerData,
  FromDynamoWorker,
  ToDynamoWorker,
} from "./dynamodb/worker-messages.ts";
import { TableStreams } from "../tables-streams/table-streams.ts";

/** How often expired items are looked for; DynamoDB promises only "within a few days". */
const expiryIntervalMs = 10_000;

export interface TablesOptions {
  /** @default 0, any free port */
  readonly port?: number;
}

interface PendingCall {
  readonly resolve: (output: object) => void;
  readonly reject: (error: Error) => void;
}

/** What the embedded DynamoDB refuses, in its words. */
class RefusedCall extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** The embedded DynamoDB, in a thread of its own. */
export class Tables {
  readonly #context: ServiceContext;
  readonly #worker: Worker;
  readonly #streams: TableStreams;
  readonly #calls = new Map<number, PendingCall>();
  #port = 0;
  #lastCall = 0;
  #manifest: Manifest;
  #sweep: ClockTimer | null = null;

  private constructor(context: ServiceContext, worker: Worker, manifest: Manifest) {
    this.#context = context;
    this.#worker = worker;
    this.#manifest = manifest;
    this.#streams = new TableStreams(context, manifest, (consumer, sequence) =>
      this.#post({ type: "delivered", consumer, sequence }),
    );
  }

  /** Rejects when the port is taken or the data folder cannot be used. */
  static async open(
    context: ServiceContext,
    manifest: Manifest,
    options: TablesOptions = {},
  ): Promise<Tables> {
    const { dataDirectory, clock } = context;
    if (dataDirectory !== null) await checkFormat(dataDirectory);
    const bootstrap = createRequire(import.meta.url).resolve("@arclet/runtime/dynamodb/worker");
    const workerData: DynamoWorkerData = {
      place: localPlace(manifest),
      file: dataDirectory === null ? null : join(dataDirectory, "tables.journal"),
      port: options.port ?? 0,
      nowMs: clock.now(),
    };
    const tables = new Tables(context, new Worker(bootstrap, { workerData }), manifest);
    await tables.#start(workerData.port);
    await tables.update(manifest);
    return tables;
  }

  get port(): number {
    return this.#port;
  }

  /** Creates what is missing. Tables and indexes that left the manifest keep their data. */
  async update(manifest: Manifest): Promise<void> {
    this.#manifest = manifest;
    this.#streams.update(manifest);
    const streamed = new Set(manifest.tableStreams.map((stream) => stream.table));
    for (const table of manifest.tables) await this.#ensure(table, streamed.has(table.name));
    this.#post({ type: "consume", consumers: this.#streams.consumers() });
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
    await this.#streams.close();
    const exited = once(this.#worker, "exit");
    this.#post({ type: "close" });
    await exited;
  }

  /** Resolves once the thread listens. */
  async #start(port: number): Promise<void> {
    const { promise, resolve, reject } = withResolvers<number>();
    this.#worker.once("error", reject);
    this.#worker.on("message", (message: FromDynamoWorker) => {
      if (message.type === "listening") resolve(message.port);
      else if (message.type === "failed" && this.#port === 0) reject(startError(message, port));
      else this.#receive(message);
    });
    try {
      this.#port = await promise;
    } catch (error) {
      await this.#worker.terminate();
      throw error;
    }
    this.#worker.on("error", (error) =>
      this.#context.traffic.emit({ type: "bug", where: "tables", error }),
    );
    this.#planSweep();
  }

  #receive(message: FromDynamoWorker): void {
    switch (message.type) {
      case "listening":
        return;
      case "skipped":
        reportSkipped(this.#context, message.skipped);
        return;
      case "answer":
        this.#calls.get(message.id)?.resolve(message.output);
        this.#calls.delete(message.id);
        return;
      case "refusal":
        this.#calls.get(message.id)?.reject(new RefusedCall(message.code, message.message));
        this.#calls.delete(message.id);
        return;
      case "records":
        this.#streams.accept(message.functionId, message.records);
        return;
      case "expired":
        this.#planSweep();
        return;
      case "unwritten":
        reportRemark(this.#context, "data", message.text);
        return;
      case "failed":
        this.#context.traffic.emit({
          type: "bug",
          where: "tables",
          error: new Error(message.error),
        });
    }
  }

  async #ensure(table: Table, isStreamed: boolean): Promise<void> {
    const TableName = localName(this.#manifest.app, table.name);
    const existing = await this.#describe(TableName);
    if (existing === null) {
      await this.#call("CreateTable", createTableInput(TableName, table, isStreamed));
    } else {
      if (existing.KeySchema.map((key) => key.AttributeName).join() !== keyNames(table).join()) {
        reportRemark(
          this.#context,
          `tables/${table.name}`,
          `table ${table.name} has different keys in the data folder and in the manifest: it keeps the data folder's. To change its keys, use another table name or another data folder`,
        );
        return;
      }
      const known = new Set(
        (existing.GlobalSecondaryIndexes ?? []).map((index) => index.IndexName),
      );
      for (const index of table.indexes) {
        if (known.has(index.name)) continue;
        await this.#call("UpdateTable", {
          TableName,
          AttributeDefinitions: attributesOf(table),
          GlobalSecondaryIndexUpdates: [{ Create: indexInput(index) }],
        });
      }
      if (isStreamed && existing.StreamSpecification?.StreamEnabled !== true)
        await this.#call("UpdateTable", { TableName, StreamSpecification: streamInput });
    }
    if (table.ttlAttribute !== null) await this.#ensureTimeToLive(TableName, table.ttlAttribute);
  }

  async #ensureTimeToLive(TableName: string, attribute: string): Promise<void> {
    const { TimeToLiveDescription: current } = await this.#call<{
      TimeToLiveDescription: { AttributeName?: string };
    }>("DescribeTimeToLive", { TableName });
    if (current.AttributeName === attribute) return;
    const set = (AttributeName: string, Enabled: boolean): Promise<object> =>
      this.#call("UpdateTimeToLive", {
        TableName,
        TimeToLiveSpecification: { AttributeName, Enabled },
      });
    if (current.AttributeName !== undefined) await set(current.AttributeName, false);
    await set(attribute, true);
  }

  async #describe(TableName: string): Promise<ExistingTable | null> {
    try {
      const { Table: existing } = await this.#call<{ Table: ExistingTable }>("DescribeTable", {
        TableName,
      });
      return existing;
    } catch (error) {
      if (error instanceof RefusedCall && error.code === "ResourceNotFoundException") return null;
      throw error;
    }
  }

  /** The outputs are DynamoDB's. Rejects with what it refuses. */
  #call<Output extends object>(operation: string, input: object): Promise<Output> {
    const id = (this.#lastCall += 1);
    const { promise, resolve, reject } = withResolvers<object>();
    this.#calls.set(id, { resolve, reject });
    this.#post({ type: "call", id, operation, input });
    return promise as Promise<Output>;
  }

  #planSweep(): void {
    this.#sweep?.cancel();
    const { clock } = this.#context;
    this.#sweep = clock.after(expiryIntervalMs, () =>
      this.#post({ type: "expire", nowMs: clock.now() }),
    );
  }

  #post(message: ToDynamoWorker): void {
    this.#worker.postMessage(message);
  }
}

interface ExistingTable {
  readonly KeySchema: readonly { readonly AttributeName: string }[];
  readonly GlobalSecondaryIndexes?: readonly { readonly IndexName: string }[];
  readonly StreamSpecification?: { readonly StreamEnabled: boolean };
}

/** `Promise.withResolvers`, which Node.js 20 does not have. */
function withResolvers<Value>(): {
  promise: Promise<Value>;
  resolve: (value: Value) => void;
  reject: (error: Error) => void;
} {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<Value>((settle, refuse) => {
    resolve = settle;
    reject = refuse;
  });
  return { promise, resolve, reject };
}

function startError(failed: Extract<FromDynamoWorker, { type: "failed" }>, port: number): Error {
  if (failed.code === "EADDRINUSE")
    return new RuntimeError("ERR_PORT_IN_USE", `Port ${port}, for tables, is in use`);
  const cause = Object.assign(new Error(failed.error), { code: failed.code });
  return isDiskError(cause)
    ? cause
    : new RuntimeError("ERR_SERVICE_FAILED", `The embedded DynamoDB: ${failed.error}`);
}

/** Earlier versions kept tables in a LevelDB database. @throws RuntimeError `ERR_DATA_FORMAT` */
async function checkFormat(dataDirectory: string): Promise<void> {
  const folder = join(dataDirectory, "tables");
  const isThere = await access(join(folder, "CURRENT")).then(
    () => true,
    () => false,
  );
  if (!isThere || (await readdir(folder)).every((name) => !name.startsWith("MANIFEST-"))) return;
  throw new RuntimeError(
    "ERR_DATA_FORMAT",
    `${folder} holds tables of an earlier version of Arclet (LevelDB), which this version does not read. ` +
      "Move the folder away to start with empty tables; to keep the items, run the earlier version, copy them out with a scan, and put them into a seed file",
  );
}

function keysOf(item: {
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute | null;
}): KeyAttribute[] {
  return item.sortKey === null ? [item.partitionKey] : [item.partitionKey, item.sortKey];
}

function keyNames(table: Table): string[] {
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

const streamInput = { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" };

function createTableInput(name: string, table: Table, isStreamed: boolean): object {
  return {
    TableName: name,
    AttributeDefinitions: attributesOf(table),
    KeySchema: keySchema(keysOf(table)),
    BillingMode: "PAY_PER_REQUEST",
    ...(table.indexes.length === 0
      ? {}
      : { GlobalSecondaryIndexes: table.indexes.map(indexInput) }),
    ...(isStreamed ? { StreamSpecification: streamInput } : {}),
  };
}
