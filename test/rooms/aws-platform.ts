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
  /** Resolves once no invocation of the built-in function is under way. */
  settled(): Promise<void>;
}

/** Records of a table's stream, as Lambda hands them over. */
export interface StreamEvent {
  readonly Records: readonly object[];
}

/** A DynamoDB with the table of the rooms. */
export interface RoomsStore {
  readonly endpoint: string;
  readonly tableName: string;
}

/** Opens a DynamoDB, with its table; `onRecords` gets what its stream has. */
export type OpenStore = (onRecords: (event: StreamEvent) => Promise<void>) => Promise<RoomsStore>;

/** The embedded one, with the event source mapping of a local app. */
const openEmbedded: OpenStore = async (onRecords) => {
  const invoker = new RecordingInvoker();
  invoker.answer = async ({ event }) => {
    await onRecords(event);
    return "null";
  };
  const { services } = await startServices(
    { tables: [table], tableStreams: [stream] },
    { invoker },
  );
  const endpoint = services.environment()["AWS_ENDPOINT_URL_DYNAMODB"] ?? "";
  return { endpoint, tableName: "testapp-staging-realtime" };
};

export interface AwsOptions {
  readonly hasLogins?: boolean;
  /** @default the embedded DynamoDB */
  readonly openStore?: OpenStore;
}

/** The helper as it is on AWS: the management API of a gateway over HTTP, a DynamoDB, a built-in function. */
export async function startAws(
  functions: RoomFunctions,
  { hasLogins = false, openStore = openEmbedded }: AwsOptions = {},
): Promise<AwsRooms> {
  const ids: string[] = [];
  keepVariables();
  Object.assign(process.env, {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
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
  const { endpoint, tableName } = await openStore(async ({ Records }) => {
    // As the filter of the event source mapping lets them pass: those of rooms of the kind.
    const own = Records.filter((record) => /"room#chat[:"]/.test(JSON.stringify(record)));
    await records({ Records: own } as never, {});
  });
  const { url: lambda, settled } = await startLambda();
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
    ARC_REALTIME_TABLE: tableName,
    ARC_REALTIME_FUNCTION: "realtime",
    ARC_WSS_URL: gateway.url.replace("http", "ws"),
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_LAMBDA: lambda,
  });
  let calls = 0;
  const send = globalThis.fetch;
  globalThis.fetch = (...request) => {
    // Whoever reads the table's stream is Lambda.
    const target = new Headers(request[1]?.headers).get("x-amz-target") ?? "";
    if (!target.startsWith("DynamoDBStreams")) calls++;
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
    settled,
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
async function startLambda(): Promise<{
  readonly url: string;
  readonly settled: () => Promise<void>;
}> {
  const running = new Set<Promise<unknown>>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const run = realtimeHandler(JSON.parse(Buffer.concat(chunks).toString()) as BuiltInRequest);
      running.add(run);
      if (request.headers["x-amz-invocation-type"] === "Event") response.writeHead(202).end();
      else void run.then((reply) => response.end(JSON.stringify(reply)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const settled = async (): Promise<void> => {
    await Promise.all(running);
  };
  onTestFinished(async () => {
    await settled();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, settled };
}
