import { realtimeVariables } from "@arclet/manifest";
import { onTestFinished } from "vitest";
import type { DirectChannel } from "../../packages/functions/src/ws.ts";
import { startGateway } from "../../packages/runtime/test/gateway/gateway-harness.ts";
import {
  RecordingInvoker,
  startServices,
} from "../../packages/runtime/test/services/local-services.ts";
import { keepVariables, type RoomFunctions, type RoomsPlatform } from "./contract.ts";
import { collectPresence } from "./collect-presence.ts";
import { testKinds, testSecret } from "./test-kinds.ts";

const channelKey = Symbol.for("arclet.gateway");

/** A gateway with real sockets, and the helper's direct channel to it. */
export async function startLocal(
  functions: RoomFunctions,
  { hasLogins = false }: { readonly hasLogins?: boolean } = {},
): Promise<RoomsPlatform> {
  const ids: string[] = [];
  keepVariables();
  const gateway = await startGateway({
    rooms: testKinds,
    // As many sockets at once as a test wants.
    limits: { connectionsPerSecond: Infinity },
    functions: {
      connect: async ({ requestContext: { connectionId: id, authorizer } }) => {
        ids.push(id);
        return (await functions.connect?.(id, authorizer)) ?? { statusCode: 200 };
      },
      default: ({ requestContext: { connectionId: id }, body }) => functions.message?.(id, body),
      disconnect: ({ requestContext: { connectionId: id } }) => functions.disconnect?.(id),
    },
    ...(hasLogins
      ? { webSocketApi: { auth: ["ticket"] }, env: { ARC_APP_SECRET: testSecret } }
      : {}),
  });
  const { realtime } = gateway;
  const channel: DirectChannel = {
    request: () => Promise.resolve("gone"),
    realtime: (command, data) => Promise.resolve(realtime.handle(command, data)),
  };
  Object.assign(globalThis, { [channelKey]: channel });
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, channelKey);
  });
  Object.assign(process.env, realtimeVariables({ rooms: testKinds, ws: null }));
  if (hasLogins) process.env["ARC_APP_SECRET"] = testSecret;
  const presence = collectPresence();
  const invoker = new RecordingInvoker();
  invoker.answer = async ({ event }) => {
    await presence.handler(event as never);
    return "null";
  };
  await startServices({ rooms: testKinds }, { realtime, invoker });
  return {
    ids,
    open: (options) => gateway.open(options),
    refused: async (options) => (await gateway.refused(options)).status,
    presence: presence.wait,
  };
}
