import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import dynalite from "dynalite";
import { isLocalRequest, onlyLocal } from "../../../http/trust.ts";
import { captureWrite, expireItems } from "./captured-writes.ts";
import { ItemLocks } from "./item-locks.ts";
import type { DynamoWorkerData, FromDynamoWorker, ToDynamoWorker } from "./worker-messages.ts";
import type { TableChange } from "../../../lambda-events/tables-streams.ts";

const writes: ReadonlySet<string> = new Set([
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "BatchWriteItem",
]);

/** Runs dynalite in a thread of its own, with a door in front that captures the changes of streamed tables. */
function runDynamo(
  data: DynamoWorkerData,
  send: (message: FromDynamoWorker) => void,
): (message: ToDynamoWorker) => void {
  const locks = new ItemLocks();
  /** Writes and expirations that go on; dynalite leaves what comes after its end without an answer. */
  const running = new Set<Promise<void>>();
  const follow = (work: Promise<void>): void => {
    const run = work.finally(() => running.delete(run));
    running.add(run);
  };
  const inner = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    ...(data.path === null ? {} : { path: data.path }),
  });
  let innerPort = 0;
  let streams = new Map<string, readonly string[]>();
  const fail = (error: unknown): void =>
    send({
      type: "failed",
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  const tell = (changes: readonly TableChange[]): void => {
    const streamed = changes.filter((change) => streams.has(change.table));
    if (streamed.length > 0) send({ type: "changes", changes: streamed });
  };

  const capture = async (
    request: IncomingMessage,
    response: ServerResponse,
    operation: string,
  ): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    const body = Buffer.concat(chunks).toString();
    const { reply, changes } = await captureWrite(innerPort, operation, body, streams, locks);
    tell(changes);
    response.writeHead(reply.status, {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-requestid": reply.requestId,
    });
    response.end(reply.body);
  };

  const refuse = (response: ServerResponse, error: unknown): void => {
    fail(error);
    if (!response.headersSent)
      response.writeHead(500, { "content-type": "application/x-amz-json-1.0" });
    response.end(
      JSON.stringify({
        __type: "com.amazonaws.dynamodb.v20120810#InternalServerError",
        message: "The local DynamoDB failed",
      }),
    );
  };

  const door = createServer((request, response) => {
    if (!isLocalRequest(request)) {
      request.resume();
      response.writeHead(403, { "content-type": "text/plain" });
      response.end(onlyLocal);
      return;
    }
    const target = request.headers["x-amz-target"];
    const operation = typeof target === "string" ? target.slice(target.indexOf(".") + 1) : "";
    if (operation.startsWith("Transact")) {
      request.resume();
      response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
      response.end(
        JSON.stringify({
          __type: "com.amazon.coral.service#UnknownOperationException",
          message: `${operation} is not supported by the embedded DynamoDB; name an external endpoint for transactions`,
        }),
      );
      return;
    }
    if (streams.size > 0 && writes.has(operation)) {
      follow(
        capture(request, response, operation).catch((error: unknown) => refuse(response, error)),
      );
      return;
    }
    inner.emit("request", request, response);
  });

  const close = async (): Promise<void> => {
    door.close();
    door.closeIdleConnections();
    // What is running can be followed by more on the same connection until that is closed.
    while (running.size > 0) await Promise.all(running);
    door.closeAllConnections();
    inner.closeAllConnections();
    inner.close(() => parentPort?.close());
  };

  door.once("error", fail);
  inner.once("error", fail);
  inner.listen(0, "127.0.0.1", () => {
    const address = inner.address();
    innerPort = typeof address === "object" && address !== null ? address.port : 0;
    door.listen(data.port, "127.0.0.1", () => {
      const outer = door.address();
      send({
        type: "listening",
        port: typeof outer === "object" && outer !== null ? outer.port : 0,
      });
    });
  });

  return (message) => {
    if (message.type === "configure") {
      streams = new Map(message.streams.map(({ table, keys }) => [table, keys]));
      return;
    }
    if (message.type === "expire") {
      follow(
        expireItems(innerPort, message.tables, message.nowMs, locks)
          .then(tell)
          .catch(fail)
          .finally(() => send({ type: "expired" })),
      );
      return;
    }
    close().catch(fail);
  };
}

if (parentPort !== null) {
  const port = parentPort;
  // Given by tables.ts, the only place that starts this file.
  port.on(
    "message",
    runDynamo(workerData as DynamoWorkerData, (message) => port.postMessage(message)),
  );
}
