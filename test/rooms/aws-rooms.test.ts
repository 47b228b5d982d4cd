import { once } from "node:events";
import { createServer } from "node:http";
import { realtimeVariables, type Table, type TableStream } from "@arclet/manifest";
import { expect, onTestFinished, test } from "vitest";
import { aroundConnect } from "../../packages/functions/src/built-in/connect.ts";
import { aroundDisconnect } from "../../packages/functions/src/built-in/disconnect.ts";
import { aroundPresence } from "../../packages/functions/src/built-in/presence.ts";
import { handler as realtimeHandler } from "../../packages/functions/src/built-in/realtime.ts";
import type { BuiltInRequest } from "../../packages/functions/src/rooms/aws-channel.ts";
import {
  callTable,
  transact,
  part,
  keyOf,
} from "../../packages/functions/src/realtime/realtime-table.ts";
import { rooms } from "../../packages/functions/src/rooms/rooms.ts";
import { startGateway } from "../../packages/runtime/test/gateway/gateway-harness.ts";
import {
  RecordingInvoker,
  startServices,
} from "../../packages/runtime/test/services/local-services.ts";
import { collectPresence } from "./collect-presence.ts";
import { keepVariables, testRooms, type RoomFunctions, type RoomsPlatform } from "./contract.ts";
import { testKinds } from "./test-kinds.ts";

const table: Table = {
  name: "realtime",
  partitionKey: { name: "pk", type: "S" },
  sortKey: { name: "sk", type: "S" },
  ttlAttribute: "expires",
  encrypt: false,
  pointInTimeRecovery: false,
  indexes: [],
  origin: null,
};

const stream: TableStream = { table: "realtime", functionId: "rooms/chat", origin: null };

interface AwsRooms extends RoomsPlatform {
  /** Requests to DynamoDB, Lambda and the management API since the last call. */
  countedCalls(): number;
}

/** The helper as it is on AWS: the management API of a gateway over HTTP, a DynamoDB, a built-in function. */
async function startAws(functions: RoomFunctions): Promise<AwsRooms> {
  const ids: string[] = [];
  keepVariables();
  const connect = aroundConnect((async ({ requestContext: { connectionId: id } }: ConnectEvent) => {
    ids.push(id);
    return (await functions.connect?.(id)) ?? { statusCode: 200 };
  }) as never);
  const disconnect = aroundDisconnect((({ requestContext: { connectionId: id } }: ConnectEvent) =>
    functions.disconnect?.(id)) as never);
  const presence = collectPresence();
  const records = aroundPresence((event: never) => presence.handler(event));
  const invoker = new RecordingInvoker();
  invoker.answer = async ({ event }) => {
    // As the filter of the event source mapping lets them pass: those of rooms of the kind.
    const own = event.Records.filter((record) => /"room#chat[:"]/.test(JSON.stringify(record)));
    await records({ Records: own } as never, {});
    return "null";
  };
  const { services } = await startServices(
    { tables: [table], tableStreams: [stream] },
    { invoker },
  );
  const endpoint = services.environment()["AWS_ENDPOINT_URL_DYNAMODB"] ?? "";
  const lambda = await startLambda();
  // Closed first: its sockets leave their rooms.
  const gateway = await startGateway({
    functions: {
      connect: (event) => connect(event, {}),
      default: ({ requestContext: { connectionId: id }, body }) => functions.message?.(id, body),
      disconnect: (event) => disconnect(event, {}),
    },
  });
  Object.assign(process.env, {
    ...realtimeVariables({ rooms: testKinds, ws: null }),
    ARC_REALTIME_TABLE: "testapp-staging-realtime",
    ARC_REALTIME_FUNCTION: "realtime",
    ARC_WSS_URL: gateway.url.replace("http", "ws"),
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_LAMBDA: lambda,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  let calls = 0;
  const send = globalThis.fetch;
  globalThis.fetch = (...request) => {
    calls++;
    return send(...request);
  };
  onTestFinished(() => {
    globalThis.fetch = send;
  });
  return {
    ids,
    open: (options) => gateway.open(options),
    refused: async () => (await gateway.refused()).status,
    presence: presence.wait,
    countedCalls() {
      const counted = calls;
      calls = 0;
      return counted;
    },
  };
}

interface ConnectEvent {
  readonly requestContext: { readonly connectionId: string };
}

/** Invokes the built-in function: what is asynchronous runs after its answer. */
async function startLambda(): Promise<string> {
  const running = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const run = realtimeHandler(JSON.parse(Buffer.concat(chunks).toString()) as BuiltInRequest);
      running.add(run);
      if (request.headers["x-amz-invocation-type"] === "Event") response.writeHead(202).end();
      else void run.then(() => response.end("null"));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    await Promise.all(running);
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

testRooms("of a table on AWS", startAws);

/** As API Gateway makes them: 11 bytes in base64. */
function vanishedId(number: number): string {
  return Buffer.from(String(number).padStart(11, "x")).toString("base64");
}

/** Members that vanished without a `$disconnect`, as their rows have them. */
async function addVanished(room: string, count: number): Promise<void> {
  const seconds = Math.floor(Date.now() / 1000);
  const values = {
    ":joinedAt": { N: String((seconds - 60) * 1000) },
    ":expires": { N: String(seconds + 7200) },
  };
  const set = "SET joinedAt = :joinedAt, expires = :expires";
  for (let first = 0; first < count; first += 50) {
    const ids = Array.from({ length: Math.min(50, count - first) }, (_, n) =>
      vanishedId(first + n),
    );
    await transact(
      ids.flatMap((id) => [
        part("Update", keyOf(`room#${room}`, `connection#${id}`), undefined, set, values),
        part("Update", keyOf(`connection#${id}`, `room#${room}`), undefined, set, values),
      ]),
    );
  }
}

async function countOf(room: string): Promise<number> {
  let count = 0;
  for await (const _ of rooms.members({ room })) count++;
  return count;
}

test("members that vanished without a word leave at the next message", async () => {
  const platform = await startAws({
    connect: async (id) => {
      await rooms.join({ room: "chat", id });
      return { statusCode: 200 };
    },
  });
  const ada = await platform.open();
  await addVanished("chat", 3);
  expect(await rooms.send({ room: "chat", payload: 1 })).toEqual({ members: 4 });
  expect(await ada.next()).toBe("1");
  const records = await platform.presence(7);
  expect(
    records
      .filter(({ eventName }) => eventName === "LEAVE")
      .map((one) => one.connectionId)
      .toSorted(),
  ).toEqual([0, 1, 2].map(vanishedId).toSorted());
  expect(await countOf("chat")).toBe(1);
});

test("a message to many costs a call for each, one for each page, and one more", async () => {
  const platform = await startAws({});
  const clients = await Promise.all(Array.from({ length: 20 }, () => platform.open()));
  await Promise.all(platform.ids.map((id) => rooms.join({ room: "other", id })));
  platform.countedCalls();
  expect(await rooms.send({ room: "other", payload: 1 })).toEqual({ members: 20 });
  expect(platform.countedCalls()).toBeLessThanOrEqual(20 + 1 + 1);
  expect(await Promise.all(clients.map((client) => client.next()))).toEqual(clients.map(() => "1"));
});

test("a room of 1,200 is served by the built-in function, and whoever vanished leaves it", async () => {
  const platform = await startAws({});
  const ada = await platform.open();
  await addVanished("chat", 1200);
  await rooms.join({ room: "chat", id: platform.ids[0] ?? "" });
  expect(await rooms.send({ room: "chat", payload: 1 })).toEqual({ members: 1201 });
  expect(await ada.next()).toBe("1");
  await platform.presence(1201 + 1200);
  expect(await countOf("chat")).toBe(1);
});

test("rows whose time is over are neither listed nor served", async () => {
  await startAws({});
  await callTable("PutItem", {
    Item: {
      ...keyOf("room#chat", "connection#old="),
      joinedAt: { N: "0" },
      expires: { N: String(Math.floor(Date.now() / 1000) - 1) },
    },
  });
  expect(await countOf("chat")).toBe(0);
  expect(await rooms.send({ room: "chat", payload: 1 })).toEqual({ members: 0 });
});
