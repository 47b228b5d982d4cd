import { expect, test } from "vitest";
import { rooms } from "../../packages/functions/src/rooms/rooms.ts";
import { testRooms } from "./contract.ts";
import { startLocal } from "./local-platform.ts";
import { testRollOver } from "./roll-over-contract.ts";

testRooms("of a gateway", startLocal);
testRollOver("of a gateway", startLocal);

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
