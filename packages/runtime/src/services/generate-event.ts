import { randomUUID } from "node:crypto";
import type { FunctionPragma } from "@arclet/manifest";
import { snsEvent } from "./events.ts";
import { sqsEvent } from "./queue-poller.ts";
import { arn, physicalName } from "./resource-names.ts";
import { scheduledEvent } from "./scheduler.ts";
import { streamEvent } from "./table-streams.ts";

/** An event a function of this kind could get, for calling it by hand. `atMs` is epoch milliseconds. */
// oxlint-disable-next-line typescript/consistent-return
export function generateEvent(
  pragma: FunctionPragma,
  name: string,
  app: string,
  atMs: number,
): object {
  switch (pragma) {
    case "events":
      return snsEvent(
        { id: randomUUID(), publishedAt: atMs, message: "{}", subject: null, attributes: {} },
        arn("sns", physicalName(app, name)),
      );
    case "queues": {
      const message = {
        id: randomUUID(),
        body: "{}",
        attributes: {},
        delaySeconds: 0,
        groupId: null,
        deduplicationId: null,
        sequenceNumber: "1",
        sentAt: atMs,
        firstReceivedAt: atMs,
        receiveCount: 1,
        visibleAt: atMs,
      };
      return sqsEvent(
        [{ message, receiptHandle: randomUUID() }],
        arn("sqs", physicalName(app, name)),
      );
    }
    case "scheduled":
      return scheduledEvent(app, name, atMs);
    case "tables-streams": {
      const keys = { id: { S: "example" } };
      const table = physicalName(app, name);
      return streamEvent([
        {
          id: randomUUID(),
          at: atMs,
          sequence: 1,
          table,
          keys,
          oldImage: null,
          newImage: keys,
          expired: false,
        },
      ]);
    }
    case "ws":
      return {
        requestContext: {
          routeKey:
            name === "connect" || name === "disconnect" || name === "default" ? `$${name}` : name,
          eventType:
            name === "connect" ? "CONNECT" : name === "disconnect" ? "DISCONNECT" : "MESSAGE",
          connectionId: "AAAAAAAAAAACAAA=",
          requestId: randomUUID(),
          requestTimeEpoch: atMs,
          stage: "testing",
        },
        ...(name === "connect" || name === "disconnect"
          ? {}
          : { body: JSON.stringify({ action: name }) }),
        isBase64Encoded: false,
      };
    case "http": {
      const [verb = "get", ...rest] = name.split("-");
      const path = rest[0] === "index" ? "/" : `/${rest.join("/")}`;
      const method = verb === "any" ? "GET" : verb.toUpperCase();
      return {
        version: "2.0",
        routeKey: `${verb === "any" ? "ANY" : method} ${path}`,
        rawPath: path,
        rawQueryString: "",
        headers: { accept: "*/*" },
        requestContext: {
          http: { method, path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1" },
          requestId: randomUUID(),
          stage: "$default",
          timeEpoch: atMs,
        },
        isBase64Encoded: false,
      };
    }
  }
}
