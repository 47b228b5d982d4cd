import { once } from "node:events";
import { createServer } from "node:http";
import { realtimeVariables, rollOver, type Table, type TableStream } from "@arclet/manifest";
import { onTestFinished } from "vitest";
import { handler as authorizer } from "../../packages/functions/src/built-in/authorizer.ts";
import { aroundConnect } from "../../packages/functions/src/built-in/connect.ts";
import { aroundDisconnect } from "../../packages/functions/src/built-in/disconnect.ts";
import { aroundPresence } from "../../packages/functions/src/built-in/presence.ts";
import { handler as realtimeHandler } from "../../packages/functions/src/built-in/realtime.ts";
import type { BuiltInRequest } from "../../packages/functions/src/rooms/aws-channel.ts";
import { startGateway } from "../../packages/runtime/test/gateway/gateway-harness.ts";
import {
  RecordingInvoker,
  startServices,
} from "../../packages/runtime/test/services/local-services.ts";
import { collectPresence } from "./collect-presence.ts";
import { keepVariables, type RoomFunctions, type RoomsPlatform } from "./contract.ts";
import { testKinds, testSecret } from "./test-kinds.ts";

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

export interface AwsRooms extends RoomsPlatform {
  /** Requests to DynamoDB, Lambda and the management API since the last call. */
  countedCalls(): number;
}

/** The helper as it is on AWS: the management API of a gateway over HTTP, a DynamoDB, a built-in function. */
export async function startAws(
  functions: RoomFunctions,
  { hasLogins = false }: { readonly hasLogins?: boolean } = {},
): Promise<AwsRooms> {
  const ids: string[] = [];
  keepVariables();
  const connect = aroundConnect(
    async ({ requestContext: { connectionId: id, authorizer: handedOn } }: ConnectEvent) => {
      ids.push(id);
      return (await functions.connect?.(id, handedOn)) ?? { statusCode: 200 };
    },
  );
  const disconnect = aroundDisconnect(({ requestContext: { connectionId: id } }: ConnectEvent) =>
    functions.disconnect?.(id),
  );
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
      authorizer,
      [rollOver.routeKey]: authorizer,
    },
    ...(hasLogins
      ? {
          actions: [rollOver.routeKey],
          twoWay: [rollOver.routeKey],
          webSocketApi: { authorizer: { functionId: "authorizer", identitySources: [] } },
        }
      : {}),
  });
  Object.assign(process.env, {
    ...realtimeVariables({ rooms: testKinds, ws: null }),
    ...(hasLogins ? { ARC_WS_AUTH: "ticket", ARC_APP_SECRET: testSecret } : {}),
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
    refused: async (options) => (await gateway.refused(options)).status,
    presence: presence.wait,
    countedCalls() {
      const counted = calls;
      calls = 0;
      return counted;
    },
  };
}

interface ConnectEvent {
  readonly requestContext: {
    readonly connectionId: string;
    readonly authorizer?: Readonly<Record<string, string>>;
  };
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
