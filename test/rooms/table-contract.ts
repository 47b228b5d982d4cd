import { describe, expect, test } from "vitest";
import {
  callTable,
  keyOf,
  part,
  transact,
} from "../../packages/functions/src/realtime/realtime-table.ts";
import { rooms } from "../../packages/functions/src/rooms/rooms.ts";
import type { AwsRooms } from "./aws-platform.ts";
import type { RoomFunctions } from "./contract.ts";

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

/** What rooms of a table do beyond the contract of all rooms, whatever DynamoDB has the table. */
export function testTable(
  platformName: string,
  start: (functions: RoomFunctions) => Promise<AwsRooms>,
): void {
  describe(`the table of rooms ${platformName}`, () => {
    test("members that vanished without a word leave at the next message", async () => {
      const platform = await start({
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
      const platform = await start({});
      const clients = await Promise.all(Array.from({ length: 20 }, () => platform.open()));
      await Promise.all(platform.ids.map((id) => rooms.join({ room: "other", id })));
      platform.countedCalls();
      expect(await rooms.send({ room: "other", payload: 1 })).toEqual({ members: 20 });
      expect(platform.countedCalls()).toBeLessThanOrEqual(20 + 1 + 1);
      expect(await Promise.all(clients.map((client) => client.next()))).toEqual(
        clients.map(() => "1"),
      );
    });

    test("a room of 5,000 is served by the built-in function, and whoever vanished leaves it", async () => {
      const platform = await start({});
      const clients = await Promise.all(Array.from({ length: 20 }, () => platform.open()));
      await addVanished("other", 5000 - clients.length);
      await Promise.all(platform.ids.map((id) => rooms.join({ room: "other", id })));
      platform.countedCalls();
      expect(await rooms.send({ room: "other", payload: 1 })).toEqual({ members: 5000 });
      expect(await Promise.all(clients.map((client) => client.next()))).toEqual(
        clients.map(() => "1"),
      );
      await platform.settled();
      expect(await countOf("other")).toBe(clients.length);
    });

    test("a room of 1,200 is served by the built-in function, and whoever vanished leaves it", async () => {
      const platform = await start({});
      const ada = await platform.open();
      await addVanished("chat", 1200);
      await rooms.join({ room: "chat", id: platform.ids[0] ?? "" });
      expect(await rooms.send({ room: "chat", payload: 1 })).toEqual({ members: 1201 });
      expect(await ada.next()).toBe("1");
      await platform.presence(1201 + 1200);
      expect(await countOf("chat")).toBe(1);
    });

    test("rows whose time is over are neither listed nor served", async () => {
      await start({});
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
  });
}
