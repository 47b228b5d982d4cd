import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { readAppSecrets } from "../../packages/functions/src/auth/app-secret.ts";
import { writePrevious } from "../../packages/functions/src/auth/previous.ts";
import { ticket } from "../../packages/functions/src/auth/ticket.ts";
import { rooms } from "../../packages/functions/src/rooms/rooms.ts";
import type { Client } from "../../packages/runtime/test/gateway/client.ts";
import type { RoomFunctions, RoomsPlatform } from "./contract.ts";

interface Person extends Client {
  readonly id: string;
}

/** What every platform with logins does when a connection rolls over to the next one. */
export function testRollOver(
  platformName: string,
  start: (
    functions: RoomFunctions,
    options: { readonly hasLogins: boolean },
  ) => Promise<RoomsPlatform>,
): void {
  describe(`a roll-over ${platformName}`, () => {
    const functions: RoomFunctions = {};
    let platform: RoomsPlatform;
    const authorizers = new Map<string, Readonly<Record<string, string>> | undefined>();

    beforeEach(async () => {
      delete functions.message;
      delete functions.disconnect;
      functions.connect = async (id, authorizer) => {
        authorizers.set(id, authorizer);
        return { statusCode: 200 };
      };
      platform = await start(functions, { hasLogins: true });
    });

    async function pathOf(person: string, previous?: string): Promise<string> {
      const query = new URLSearchParams({ ticket: await ticket.issue({ id: person }) });
      if (previous !== undefined) query.set("previous", previous);
      return `/?${query.toString()}`;
    }

    async function open(person: string, previous?: string): Promise<Person> {
      const client = await platform.open({ path: await pathOf(person, previous) });
      return { ...client, id: platform.ids.at(-1) ?? "" };
    }

    async function enter(person: string, ...names: readonly string[]): Promise<Person> {
      const client = await open(person);
      for (const room of names)
        await rooms.join({ room, id: client.id, member: { in: room, person } });
      return client;
    }

    /** Asks as the client does. */
    async function previousOf(client: Client): Promise<string> {
      client.send('{"action":"arclet-previous"}');
      const { type, previous } = JSON.parse(await client.next()) as Record<string, string>;
      expect(type).toBe("arclet-previous");
      return previous ?? "";
    }

    async function leave(client: Person): Promise<void> {
      const done = new Promise<void>((resolve) => {
        functions.disconnect = async (id) => {
          if (id === client.id) resolve();
          return { statusCode: 200 };
        };
      });
      client.socket.close();
      await done;
    }

    async function listOf(room: string): Promise<unknown[]> {
      const list: unknown[] = [];
      for await (const { id, member, joinedAt } of rooms.members({ room })) {
        list.push({ id, member, joinedAt });
      }
      return list;
    }

    test("takes rooms and members along, without a join or a leave", async () => {
      const old = await enter("ada", "chat:a", "other");
      const ben = await enter("ben", "chat:a");
      const before = (await listOf("chat:a")) as { id: string; joinedAt: Date }[];
      const next = await open("ada", await previousOf(old));
      expect(authorizers.get(next.id)).toMatchObject({
        principalId: "ada",
        previousConnectionId: old.id,
      });
      expect(authorizers.get(old.id)).not.toHaveProperty("previousConnectionId");
      const moved = before.find(({ id }) => id === old.id);
      expect(await listOf("chat:a")).toHaveLength(2);
      expect(await listOf("chat:a")).toContainEqual({ ...moved, id: next.id });
      expect((await rooms.of({ id: next.id })).toSorted()).toEqual(["chat:a", "other"]);
      expect(await rooms.send({ room: "chat:a", payload: { n: 1 } })).toEqual({ members: 2 });
      expect([await next.next(), await ben.next()]).toEqual(['{"n":1}', '{"n":1}']);
      await leave(old);
      expect(await rooms.send({ room: "chat:a", payload: { n: 2 } })).toEqual({ members: 2 });
      expect(await next.next()).toBe('{"n":2}');
      await leave(next);
      const records = await platform.presence(3);
      expect(
        records.map(({ eventName, connectionId, member, joinedAt }) => [
          eventName,
          connectionId,
          member,
          joinedAt,
        ]),
      ).toEqual([
        ["JOIN", old.id, { in: "chat:a", person: "ada" }, moved?.joinedAt.getTime()],
        ["JOIN", ben.id, { in: "chat:a", person: "ben" }, expect.any(Number)],
        ["LEAVE", next.id, { in: "chat:a", person: "ada" }, moved?.joinedAt.getTime()],
      ]);
    });

    test("loses and doubles nothing that is sent meanwhile", async () => {
      const old = await enter("ada", "chat");
      const path = await pathOf("ada", await previousOf(old));
      const state = { isOver: false, sent: 0 };
      const sending = (async () => {
        while (!state.isOver) {
          await rooms.send({ room: "chat", payload: { n: state.sent++ } });
          await setImmediate();
        }
      })();
      const next = await platform.open({ path });
      const until = state.sent + 5;
      while (state.sent < until) await setImmediate();
      state.isOver = true;
      await sending;
      const { sent } = state;
      const got: number[] = [];
      const read = async (client: Client): Promise<void> => {
        while (got.length < sent) {
          const message = await client.next();
          got.push((JSON.parse(message) as { n: number }).n);
        }
      };
      await Promise.race([read(old), read(next)]);
      expect(got.toSorted((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, n) => n));
    });

    test("is seen through by functions that know the former id", async () => {
      const old = await enter("ada", "chat:a", "chat:b");
      const next = await open("ada", await previousOf(old));
      await rooms.join({ room: "other", id: old.id });
      await rooms.leave({ room: "chat:b", id: old.id });
      for (const id of [old.id, next.id]) {
        expect((await rooms.of({ id })).toSorted()).toEqual(["chat:a", "other"]);
      }
      expect(await listOf("other")).toMatchObject([{ id: next.id, member: { id: "ada" } }]);
      expect(await rooms.send({ room: "chat:a", payload: 1, except: old.id })).toEqual({
        members: 0,
      });
      await leave(old);
      await rooms.join({ room: "chat:c", id: old.id });
      expect((await rooms.of({ id: next.id })).toSorted()).toEqual(["chat:a", "chat:c", "other"]);
    });

    test("is seen through by functions that know the last id but one", async () => {
      const first = await enter("ada", "small", "chat");
      const second = await open("ada", await previousOf(first));
      const third = await open("ada", await previousOf(second));
      await rooms.join({ room: "small", id: second.id, member: "new" });
      expect(await listOf("small")).toMatchObject([{ id: third.id, member: "new" }]);
      await rooms.leave({ room: "small", id: second.id });
      expect(await listOf("small")).toEqual([]);
      expect(await rooms.of({ id: second.id })).toEqual(["chat"]);
      await rooms.join({ room: "small", id: second.id });
      expect(await listOf("small")).toMatchObject([{ id: third.id }]);
      expect(await rooms.send({ room: "small", payload: 1 })).toEqual({ members: 1 });
      expect(await third.next()).toBe("1");
      await leave(third);
      expect(await listOf("small")).toEqual([]);
      expect(await listOf("chat")).toEqual([]);
    });

    test("joins nothing twice, whatever $connect joins", async () => {
      const old = await enter("ada", "small");
      await enter("ben", "small");
      const previous = await previousOf(old);
      functions.connect = async (id) => {
        await rooms.join({ room: "small", id, member: "again" });
        await rooms.join({ room: "chat", id });
        return { statusCode: 200 };
      };
      const next = await open("ada", previous);
      expect(await listOf("small")).toHaveLength(2);
      expect(await listOf("small")).toContainEqual({
        id: next.id,
        member: "again",
        joinedAt: expect.any(Date),
      });
      expect((await rooms.of({ id: next.id })).toSorted()).toEqual(["chat", "small"]);
    });

    test("keeps the count of a room that has a limit", async () => {
      const old = await enter("ada", "small");
      await enter("ben", "small");
      const next = await open("ada", await previousOf(old));
      await leave(old);
      const eve = await open("eve");
      await expect(rooms.join({ room: "small", id: eve.id })).rejects.toMatchObject({
        name: "LimitExceededException",
      });
      await leave(next);
      await rooms.join({ room: "small", id: eve.id });
      expect(await listOf("small")).toHaveLength(2);
    });

    test("can be followed by the next one, with any number of rooms", async () => {
      const names = Array.from({ length: 60 }, (_, n) => `other:${n}`);
      let last = await enter("ada", ...names);
      for (let n = 0; n < 3; n++) {
        const next = await open("ada", await previousOf(last));
        // The second of three never closes.
        if (n !== 1) await leave(last);
        last = next;
      }
      expect((await rooms.of({ id: last.id })).toSorted()).toEqual(names.toSorted());
      for (const room of [names[0], names[59]]) {
        expect(await listOf(room ?? "")).toMatchObject([{ id: last.id }]);
        expect(await rooms.send({ room: room ?? "", payload: 1 })).toEqual({ members: 1 });
        expect(await last.next()).toBe("1");
      }
    });

    test("leaves no member behind in a room that the successor leaves first", async () => {
      const old = await enter("ada", "chat");
      const next = await open("ada", await previousOf(old));
      await rooms.leave({ room: "chat", id: next.id });
      expect(await listOf("chat")).toEqual([]);
      expect(await rooms.send({ room: "chat", payload: 1 })).toEqual({ members: 0 });
      await leave(old);
      expect(await listOf("chat")).toEqual([]);
    });

    test("is refused with what is forged, used, expired, or another person's", async () => {
      const old = await enter("ada", "chat");
      const ben = await enter("ben", "chat");
      const previous = await previousOf(old);
      const secrets = readAppSecrets();
      const past = await writePrevious(old.id, "ada", { secrets, now: 1_600_000_000_000 });
      const { previous: expired } = JSON.parse(past) as { previous: string };
      const foreign = await writePrevious(old.id, "ada", {
        secrets: { current: "another-secret-0123456789abcdef", previous: null },
        now: Date.now(),
      });
      for (const wrong of [
        "",
        old.id,
        `${previous.slice(0, -1)}${previous.endsWith("A") ? "B" : "A"}`,
        expired,
        (JSON.parse(foreign) as { previous: string }).previous,
        await previousOf(ben),
        await ticket.issue({ id: "ada" }),
      ]) {
        expect(await platform.refused({ path: await pathOf("ada", wrong) })).toBe(401);
      }
      expect(await platform.refused({ path: `/?previous=${previous}` })).toBe(401);
      const next = await open("ada", previous);
      expect(await platform.refused({ path: await pathOf("ada", previous) })).toBe(401);
      expect((await listOf("chat")).map((member) => (member as Person).id).toSorted()).toEqual(
        [next.id, ben.id].toSorted(),
      );
    });

    test("does not open a socket when the former one has closed, or was replaced already", async () => {
      const old = await enter("ada", "chat");
      const [one, two] = [await previousOf(old), await previousOf(old)];
      const next = await open("ada", one);
      expect(await platform.refused({ path: await pathOf("ada", two) })).toBe(410);
      const three = await previousOf(next);
      await leave(next);
      expect(await platform.refused({ path: await pathOf("ada", three) })).toBe(410);
      expect(await listOf("chat")).toEqual([]);
    });

    test("moves nothing when $connect refuses", async () => {
      const old = await enter("ada", "chat");
      const previous = await previousOf(old);
      functions.connect = () => Promise.resolve({ statusCode: 403 });
      expect(await platform.refused({ path: await pathOf("ada", previous) })).toBe(403);
      expect(await listOf("chat")).toMatchObject([{ id: old.id }]);
      await rooms.send({ room: "chat", payload: 1 });
      expect(await old.next()).toBe("1");
    });

    test("hides no socket from who closes all those of a person", async () => {
      const old = await enter("ada", "chat");
      const next = await open("ada", await previousOf(old));
      await rooms.kick({ id: "ada" });
      expect([(await old.closed).code, (await next.closed).code]).toEqual([1000, 1000]);
    });
  });
}
