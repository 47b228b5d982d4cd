import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { createTrust } from "../../../http/trust.ts";
import { streamEventRecord } from "../../../lambda-events/tables-streams.ts";
import { answerRequest, createOperations, type Operations } from "./answer-request.ts";
import { DynamoError } from "./dynamo-error.ts";
import { createDynamoServer } from "./dynamo-server.ts";
import { streamArn } from "./operations/describe-table.ts";
import { streamRecordOf } from "./operations/streams.ts";
import { expireItems } from "./operations/time-to-live.ts";
import { Database } from "./storage/database.ts";
import { openFileJournal } from "./storage/file-journal.ts";
import type { StreamRecord } from "./storage/table-stream.ts";
import type { Table } from "./storage/table.ts";
import type { DynamoWorkerData, FromDynamoWorker, ToDynamoWorker } from "./worker-messages.ts";

/** What was written may be lost for as long as this when the machine, not only the process, stops. */
const flushMs = 1000;
/** A clock that differs by less is the clock on the wall. */
const startMs = 5000;
const longestRequestMs = 1000;

/** The database in a thread of its own, and its server. */
class DynamoWorker {
  readonly #send: (message: FromDynamoWorker) => void;
  readonly #database: Database;
  readonly #operations: Operations;
  readonly #server: ReturnType<typeof createDynamoServer>;
  readonly #consumed = new Set<string>();
  #port = 0;
  #isExpiring = false;
  #isClosed = false;

  constructor(data: DynamoWorkerData, send: (message: FromDynamoWorker) => void) {
    this.#send = send;
    const skewMs = data.nowMs - Date.now();
    const offsetMs = Math.abs(skewMs) < startMs ? 0 : skewMs;
    this.#database = new Database({
      now: () => Date.now() + offsetMs,
      onRecords: (table, records) => this.#sendRecords(table, records),
    });
    this.#operations = createOperations(() => `127.0.0.1:${this.#port}`);
    this.#server = createDynamoServer({
      // Any page in a browser can reach this port; only those of this machine may use it.
      trust: createTrust({ host: "127.0.0.1", allowedOrigins: [] }),
      answer: (target, body) => answerRequest(this.#database, this.#operations, target, body),
      onBug: (error) => this.#fail(error),
    });
  }

  async start(data: DynamoWorkerData): Promise<void> {
    if (data.file !== null) this.#open(data.file);
    this.#server.listen(data.port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#server.on("error", (error) => this.#fail(error));
    const address = this.#server.address();
    this.#port = typeof address === "object" && address !== null ? address.port : 0;
    setInterval(() => this.#database.flush(), flushMs).unref();
    this.#send({ type: "listening", port: this.#port });
  }

  receive(message: ToDynamoWorker): void {
    switch (message.type) {
      case "call":
        this.#call(message.id, message.operation, message.input);
        return;
      case "consume":
        this.#consume(message.tables);
        return;
      case "delivered":
        this.#deliver(message.table, message.sequence);
        return;
      case "expire":
        this.#expire(message.nowMs);
        return;
      case "close":
        this.#close();
    }
  }

  #open(file: string): void {
    const journal = openFileJournal({
      file,
      take: (line) => this.#database.restore(line),
      onSkipped: (skipped) => this.#send({ type: "skipped", skipped }),
      onFlushFailure: (error) => this.#fail(error),
    });
    this.#database.keepIn(journal, !journal.hasSkipped && !journal.isNew);
  }

  #call(id: number, operation: string, input: object): void {
    try {
      const target = `DynamoDB_20120810.${operation}`;
      const output = answerRequest(this.#database, this.#operations, target, JSON.stringify(input));
      this.#send({ type: "answer", id, output });
    } catch (error) {
      if (!(error instanceof DynamoError)) this.#fail(error);
      const [code, message] =
        error instanceof DynamoError
          ? [error.code, error.message]
          : ["InternalServerError", String(error)];
      this.#send({ type: "refusal", id, code, message });
    }
  }

  #consume(names: readonly string[]): void {
    for (const name of names) {
      const table = this.#database.find(name);
      if (table === undefined || this.#consumed.has(name)) continue;
      this.#consumed.add(name);
      const delivered = table.stream.delivered ?? 0;
      if (table.stream.delivered === null) this.#deliver(name, 0);
      this.#sendRecords(
        table,
        table.stream.records.filter(({ sequence }) => sequence > delivered),
      );
    }
    for (const name of this.#consumed) if (!names.includes(name)) this.#consumed.delete(name);
  }

  #deliver(name: string, sequence: number): void {
    const table = this.#database.find(name);
    if (table === undefined) return;
    try {
      this.#database.deliver(table, sequence);
    } catch (error) {
      this.#fail(error);
    }
  }

  #sendRecords(table: Table, records: readonly StreamRecord[]): void {
    if (records.length === 0 || !this.#consumed.has(table.name)) return;
    const arn = streamArn(table);
    this.#send({
      type: "records",
      table: table.name,
      records: records.map((record) => ({
        sequence: record.sequence,
        atMs: record.atMs,
        text: JSON.stringify(streamEventRecord(streamRecordOf(table, record), arn)),
      })),
    });
  }

  /** Some items at a time; requests come in between. */
  #expire(nowMs: number): void {
    if (this.#isExpiring) return;
    this.#isExpiring = true;
    const steps = expireItems(this.#database, nowMs)[Symbol.iterator]();
    const step = (): void => {
      try {
        if (this.#isClosed || steps.next().done === true) {
          this.#isExpiring = false;
          this.#send({ type: "expired" });
        } else setImmediate(step);
      } catch (error) {
        this.#isExpiring = false;
        this.#fail(error);
        this.#send({ type: "expired" });
      }
    };
    step();
  }

  /** What was taken in is answered; everything else of it happens at once. */
  #close(): void {
    this.#isClosed = true;
    this.#server.close(() => {
      try {
        this.#database.close();
      } catch (error) {
        this.#fail(error);
      }
      parentPort?.close();
    });
    this.#server.closeIdleConnections();
    // A client that has not sent its request by then is not waited for.
    setTimeout(() => this.#server.closeAllConnections(), longestRequestMs).unref();
  }

  #fail(error: unknown): void {
    this.#send({ type: "failed", error: textOf(error), code: codeOf(error) });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error ? String(error.code) : null;
}

if (parentPort !== null) {
  const port = parentPort;
  const send = (message: FromDynamoWorker): void => port.postMessage(message);
  // Given by tables.ts, the only place that starts this file.
  const data = workerData as DynamoWorkerData;
  const worker = new DynamoWorker(data, send);
  port.on("message", (message: ToDynamoWorker) => worker.receive(message));
  worker.start(data).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    send({ type: "failed", error: message, code: codeOf(error) });
  });
}
