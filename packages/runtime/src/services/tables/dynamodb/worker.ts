import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { isDiskError, notWritten } from "../../disk-errors.ts";
import { answerRequest, createOperations, type Operations } from "./answer-request.ts";
import { DynamoError } from "./dynamo-error.ts";
import { createDynamoServer } from "./dynamo-server.ts";
import { expireItems } from "./operations/time-to-live.ts";
import { Database } from "./storage/database.ts";
import { openFileJournal } from "./storage/file-journal.ts";
import type { StreamRecord } from "./storage/table-stream.ts";
import type { Table } from "./storage/table.ts";
import type {
  DynamoWorkerData,
  FromDynamoWorker,
  StreamConsumer,
  ToDynamoWorker,
} from "./worker-messages.ts";

/** Writes up to this old may be lost if the machine, not only the process, crashes. */
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
  /** Functions by table. */
  readonly #consumers = new Map<string, Set<string>>();
  #port = 0;
  #isExpiring = false;
  /** The disk refused a write, and that was reported. */
  #isUnwritten = false;
  #isClosed = false;

  constructor(data: DynamoWorkerData, send: (message: FromDynamoWorker) => void) {
    this.#send = send;
    const skewMs = data.nowMs - Date.now();
    const offsetMs = Math.abs(skewMs) < startMs ? 0 : skewMs;
    this.#database = new Database({
      place: data.place,
      now: () => Date.now() + offsetMs,
      onRecords: (table, records) => this.#sendRecords(table, records),
    });
    this.#operations = createOperations(() => `127.0.0.1:${this.#port}`);
    this.#server = createDynamoServer({
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
        this.#consume(message.consumers);
        return;
      case "delivered":
        this.#deliver(message.consumer, message.sequence);
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

  #consume(consumers: readonly StreamConsumer[]): void {
    const known = new Map([...this.#consumers].map(([table, ids]) => [table, new Set(ids)]));
    this.#consumers.clear();
    for (const consumer of consumers) {
      const { functionId, table: name } = consumer;
      const table = this.#database.find(name);
      if (table === undefined) continue;
      this.#consumers.set(name, (this.#consumers.get(name) ?? new Set()).add(functionId));
      if (known.get(name)?.has(functionId) === true) continue;
      // A function that is new to a stream begins at its end.
      if (!table.stream.delivered.has(functionId))
        this.#deliver(consumer, table.stream.records.at(-1)?.sequence ?? 0);
      this.#sendTo(functionId, table.stream.recordsFor(functionId));
    }
  }

  #deliver({ functionId, table: name }: StreamConsumer, sequence: number): void {
    const table = this.#database.find(name);
    if (table === undefined) return;
    try {
      this.#database.deliver(table, functionId, sequence);
      this.#isUnwritten = false;
    } catch (error) {
      this.#fail(error);
    }
  }

  #sendRecords(table: Table, records: readonly StreamRecord[]): void {
    for (const functionId of this.#consumers.get(table.name) ?? [])
      this.#sendTo(functionId, records);
  }

  #sendTo(functionId: string, records: readonly StreamRecord[]): void {
    if (records.length > 0) this.#send({ type: "records", functionId, records });
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
    if (isDiskError(error)) {
      const text = error instanceof Error ? error.message : String(error);
      if (!this.#isUnwritten) this.#send({ type: "unwritten", text: withReason(text) });
      this.#isUnwritten = true;
      return;
    }
    this.#send({ type: "failed", error: textOf(error), code: codeOf(error) });
  }
}

function withReason(text: string): string {
  return text.includes(notWritten) ? text : `${notWritten}: ${text}`;
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
