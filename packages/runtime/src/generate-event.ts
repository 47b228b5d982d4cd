import { randomUUID } from "node:crypto";
import {
  arnOf,
  eventSources,
  localName,
  localPlace,
  localQueueName,
  type LambdaFunction,
  type Manifest,
  type Table,
} from "@arclet/manifest";
import { HttpRoutes } from "./gateway/http/http-routes.ts";
import { clfTime } from "./clf-time.ts";
import { messageEvent } from "./message-event.ts";
import { httpApiKind } from "./lambda-events/http-api-kind.ts";
import { httpEvent } from "./lambda-events/http.ts";
import { createApiId, IdSource } from "./lambda-events/ids.ts";
import { streamEvent } from "./lambda-events/tables-streams.ts";
import { listHeaders, type RequestHead } from "./lambda-events/request-headers.ts";
import {
  authorizerEvent,
  connectEvent,
  disconnectEvent,
  type HandshakeEvent,
  type WebSocketIdentity,
} from "./lambda-events/ws.ts";
import { snsEvent } from "./lambda-events/events.ts";
import { roomsEvent } from "./lambda-events/rooms.ts";
import { sqsEvent } from "./lambda-events/queues.ts";
import { localScheduledEvent } from "./lambda-events/scheduled.ts";

export interface GeneratedEventOptions {
  /** Host and port of the app's URL: `localhost:3333`. */
  readonly host: string;
  /** Stage of the APIs. @default "testing" */
  readonly stage?: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Generates a sample event for a function, as JSON text, with the code that writes real events.
 */
// oxlint-disable-next-line typescript/consistent-return
export function generateEvent(
  manifest: Manifest,
  declared: Pick<LambdaFunction, "id" | "pragma" | "name">,
  options: GeneratedEventOptions,
): string {
  const { app } = manifest;
  const { name } = declared;
  const place = localPlace(manifest);
  switch (declared.pragma) {
    case "http":
      return exampleRequest(manifest, declared.id, options);
    case "ws":
      return webSocketEvent(manifest, declared.id, options);
    case "events":
      return JSON.stringify(
        snsEvent(
          {
            id: randomUUID(),
            publishedAt: options.now,
            message: "{}",
            subject: null,
            attributes: {},
          },
          arnOf(place, "sns", localName(app, name)),
        ),
      );
    case "queues":
      return queueEvent(manifest, declared.id, options.now);
    case "scheduled":
      return localScheduledEvent(manifest, name, options.now);
    case "tables-streams":
      return tableStreamEvent(manifest, declared.id, options.now);
    case "rooms":
      return roomsEvent([
        {
          eventId: randomUUID(),
          eventName: "JOIN",
          room: name,
          connectionId: new IdSource().connectionId(),
          member: null,
          joinedAt: options.now,
        },
      ]);
    case "customLambdas":
      return "{}";
  }
}

/** Headers like those of a browser on this machine. */
function requestHead(host: string, method: string): RequestHead {
  const headers = { host, "user-agent": "arclet", accept: "*/*" };
  return {
    method,
    httpVersion: "1.1",
    headers,
    rawHeaders: ["Host", host, "User-Agent", headers["user-agent"], "Accept", headers.accept],
    socket: { remoteAddress: "127.0.0.1", localPort: Number(host.split(":").at(-1)) || 80 },
  };
}

function exampleRequest(
  { http, aws }: Manifest,
  functionId: string,
  { host, now, stage = "testing" }: GeneratedEventOptions,
): string {
  const route = http?.routes.find((candidate) => candidate.functionId === functionId);
  // A function without a route is a plugin's or a default.
  const { method, path } = route ?? { method: "get", path: "/" };
  const url = new URL(examplePath(path), `http://${host}`);
  const verb = method === "any" ? "GET" : method.toUpperCase();
  const match = route === undefined ? null : new HttpRoutes([route]).find(verb, url.pathname);
  return httpEvent(httpApiKind(aws.apigateway), {
    request: requestHead(host, verb),
    path: url.pathname,
    query: "",
    body: Buffer.alloc(0),
    routeKey: match?.routeKey ?? "$default",
    pathParameters: match?.pathParameters ?? null,
    apiId: createApiId(),
    domainName: host,
    stage,
    requestId: new IdSource().requestId(),
    now,
  });
}

/** `/cats/:id/*` → `/cats/id/proxy`: each parameter is its own value. */
function examplePath(path: string): string {
  return path
    .split("/")
    .map((part) => (part === "*" ? "proxy" : part.replace(/^:/, "")))
    .join("/");
}

function webSocketEvent(
  { ws, aws }: Manifest,
  functionId: string,
  { host, now, stage = "testing" }: GeneratedEventOptions,
): string {
  const ids = new IdSource();
  const head = requestHead(host, "GET");
  const connection: WebSocketIdentity = {
    connectionId: ids.connectionId(),
    apiId: createApiId(),
    domainName: host,
    stage,
    connectedAt: now,
    sourceIp: "127.0.0.1",
    userAgent: head.headers["user-agent"] ?? null,
  };
  const handshake: HandshakeEvent = {
    connection,
    headers: listHeaders(head, now),
    query: new URLSearchParams(),
    requestId: ids.requestId(),
    now,
    authorizer: null,
  };
  if (ws?.authorizer?.functionId === functionId) {
    const route = `${connection.apiId}/${stage}/$connect`;
    return authorizerEvent(handshake, arnOf(localPlace({ aws }), "execute-api", route));
  }
  const route = ws?.routes.find((candidate) => candidate.functionId === functionId);
  const routeKey = route?.routeKey ?? "$default";
  if (routeKey === "$connect") return connectEvent(handshake);
  if (routeKey === "$disconnect") {
    const closing = { code: 1001, reason: "" };
    return disconnectEvent(connection, closing, ids.requestId(), now, null);
  }
  const body = routeKey === "$default" ? {} : { action: routeKey };
  const { connectionId, connectedAt } = connection;
  const message = {
    routeKey,
    messageId: ids.connectionId(),
    requestId: ids.requestId(),
    connectionId,
    connectedAt,
    receivedAt: now,
    body: JSON.stringify(body),
  };
  const sender = { client: connection, authorizer: null };
  return JSON.stringify(messageEvent(sender, message, clfTime(now)));
}

function queueEvent(manifest: Manifest, functionId: string, now: number): string {
  const { queues } = eventSources(manifest);
  const queue = queues.find((candidate) => candidate.functionId === functionId);
  const isFifo = queue?.fifo === true;
  const name = queue?.name ?? functionId.slice(functionId.indexOf("/") + 1);
  const message = {
    id: randomUUID(),
    body: "{}",
    attributes: {},
    delaySeconds: 0,
    groupId: isFifo ? name : null,
    deduplicationId: isFifo ? randomUUID() : null,
    sequenceNumber: "18849496460467696128",
    sentAt: now,
    firstReceivedAt: now,
    receiveCount: 1,
    visibleAt: now,
  };
  const queueName = localQueueName(manifest.app, { name, fifo: isFifo });
  const received = [{ message, receiptHandle: randomUUID() }];
  return JSON.stringify(sqsEvent(received, queueName, localPlace(manifest)));
}

const exampleValues = { S: "example", N: "1", B: "ZXhhbXBsZQ==" } as const;

function tableStreamEvent(
  { app, aws, tables, tableStreams }: Manifest,
  functionId: string,
  now: number,
): string {
  const stream = tableStreams.find((candidate) => candidate.functionId === functionId);
  const table = tables.find(({ name }) => name === stream?.table);
  const keys = exampleKeys(table);
  return JSON.stringify(
    streamEvent(
      [
        {
          id: randomUUID(),
          at: now,
          sequence: 1,
          table: localName(app, stream?.table ?? functionId.slice(functionId.indexOf("/") + 1)),
          keys,
          oldImage: null,
          newImage: keys,
          expired: false,
          streamLabel: new Date(now).toISOString().slice(0, -1),
          sizeBytes: 2 * JSON.stringify(keys).length,
        },
      ],
      localPlace({ aws }),
    ),
  );
}

function exampleKeys(
  table: Table | undefined,
): Record<string, { S: string } | { N: string } | { B: string }> {
  const keys: Record<string, { S: string } | { N: string } | { B: string }> = {};
  for (const key of [table?.partitionKey, table?.sortKey]) {
    if (key === undefined || key === null) continue;
    const { name, type } = key;
    if (type === "S") keys[name] = { S: exampleValues.S };
    else if (type === "N") keys[name] = { N: exampleValues.N };
    else keys[name] = { B: exampleValues.B };
  }
  return keys;
}
