import { realtimeVariables } from "@arclet/manifest";
import { expect, onTestFinished, test } from "vitest";
import { rooms } from "../../packages/functions/src/rooms/rooms.ts";
import type { DirectChannel } from "../../packages/functions/src/ws.ts";
import { startGateway } from "../../packages/runtime/test/gateway/gateway-harness.ts";
import {
  RecordingInvoker,
  startServices,
} from "../../packages/runtime/test/services/local-services.ts";
import { keepVariables, testRooms, type RoomFunctions, type RoomsPlatform } from "./contract.ts";
import { collectPresence } from "./collect-presence.ts";
import { testKinds } from "./test-kinds.ts";

const channelKey = Symbol.for("arclet.gateway");

/** A gateway with real sockets, and the helper's direct channel to it. */
async function startLocal(functions: RoomFunctions): Promise<RoomsPlatform> {
  const ids: string[] = [];
  keepVariables();
  const gateway = await startGateway({
    rooms: testKinds,
    // As many sockets at once as a test wants.
    limits: { connectionsPerSecond: Infinity },
    functions: {
      connect: async ({ requestContext: { connectionId: id } }) => {
        ids.push(id);
        return (await functions.connect?.(id)) ?? { statusCode: 200 };
      },
      default: ({ requestContext: { connectionId: id }, body }) => functions.message?.(id, body),
      disconnect: ({ requestContext: { connectionId: id } }) => functions.disconnect?.(id),
    },
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
    refused: async () => (await gateway.refused()).status,
    presence: presence.wait,
  };
}

testRooms("of a gateway", startLocal);

test("a message reaches each of 5,000 sockets of a room, once", async () => {
  const platform = await startLocal({
    connect: async (id) => {
      await rooms.join({ room: "other", id });
      return { statusCode: 200 };
    },
  });
  const clients = [];
  for (let opened = 0; opened < 5000; opened += 100) {
    clients.push(...(await Promise.all(Array.from({ length: 100 }, () => platform.open()))));
  }
  for (const payload of ["first", "second"]) {
    expect(await rooms.send({ room: "other", payload })).toEqual({ members: 5000 });
  }
  for (const client of clients) {
    expect([await client.next(), await client.next()]).toEqual(["first", "second"]);
  }
});
