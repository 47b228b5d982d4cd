import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { rooms } from "../../packages/functions/src/rooms/rooms.ts";
import type { Client, ClientOptions } from "../../packages/runtime/test/gateway/client.ts";
import type { PresenceRecord } from "../../packages/functions/src/rooms/presence-event.ts";

/** Functions of an app, as plain code: what they do with rooms is what the contract is about. */
export interface RoomFunctions {
  /** `authorizer`: what the logins hand on, where the platform has them. */
  connect?(id: string, authorizer?: Readonly<Record<string, string>>): Promise<unknown>;
  message?(id: string, body: string): Promise<unknown>;
  disconnect?(id: string): Promise<unknown>;
}

/** A place in which rooms live: the gateway of this machine, or a table on AWS. */
export interface RoomsPlatform {
  open(options?: ClientOptions): Promise<Client>;
  /** Status that refuses a socket. */
  refused(options?: ClientOptions): Promise<number>;
  /** Joins and leaves that the function of `chat` has got so far; resolves once `count` of them are there. */
  presence(count: number): Promise<readonly PresenceRecord[]>;
  /** Ids in the order in which sockets asked to open. */
  readonly ids: readonly string[];
}

/** What every implementation of rooms does. `chat` has presence, `small` two members at most, `slow` a rate of 2. */
export function testRooms(
  platformName: string,
  start: (functions: RoomFunctions) => Promise<RoomsPlatform>,
): void {
  describe(`rooms ${platformName}`, () => {
    const functions: RoomFunctions = {};
    let platform: RoomsPlatform;

    beforeEach(async () => {
      delete functions.connect;
      delete functions.message;
      delete functions.disconnect;
      platform = await start(functions);
    });

    /** Opens a socket that joins these rooms while it connects. */
    async function enter(...names: readonly string[]): Promise<Client & { readonly id: string }> {
      functions.connect = async (id) => {
        for (const room of names) await rooms.join({ room, id, member: { in: room } });
        return { statusCode: 200 };
      };
      const client = await platform.open();
      return { ...client, id: platform.ids.at(-1) ?? "" };
    }

    async function leave(client: Client & { readonly id: string }): Promise<void> {
      const done = new Promise<void>((resolve) => {
        functions.disconnect = async (id) => {
          if (id === client.id) resolve();
          return { statusCode: 200 };
        };
      });
      client.socket.terminate();
      await done;
    }

    async function listOf(room: string): Promise<string[]> {
      const ids: string[] = [];
      for await (const { id } of rooms.members({ room })) ids.push(id);
      return ids;
    }

    test("a join while the socket connects takes effect once the function has returned 2xx", async () => {
      const seen: string[][] = [];
      functions.connect = async (id) => {
        await rooms.join({ room: "chat:lobby", id, member: { name: "Ada" } });
        seen.push(await listOf("chat:lobby"));
        return { statusCode: 200 };
      };
      await platform.open();
      const [id = ""] = platform.ids;
      expect(seen).toEqual([[]]);
      const members = [];
      for await (const member of rooms.members({ room: "chat:lobby" })) members.push(member);
      expect(members).toEqual([{ id, member: { name: "Ada" }, joinedAt: expect.any(Date) }]);
      expect(await rooms.of({ id })).toEqual(["chat:lobby"]);
    });

    test("nothing is joined by a socket that the function refuses, or fails for", async () => {
      for (const refuse of [
        () => Promise.resolve({ statusCode: 403 }),
        () => Promise.reject(new Error("no")),
      ]) {
        functions.connect = async (id) => {
          await rooms.join({ room: "chat", id });
          return refuse();
        };
        expect(await platform.refused()).toBeGreaterThanOrEqual(403);
      }
      expect(await listOf("chat")).toEqual([]);
    });

    test("a leave while the socket connects takes a join back", async () => {
      functions.connect = async (id) => {
        await rooms.join({ room: "chat", id });
        await rooms.leave({ room: "chat", id });
        return { statusCode: 200 };
      };
      await platform.open();
      expect(await listOf("chat")).toEqual([]);
    });

    test("a message goes to everybody in the room, once, and to nobody else", async () => {
      const [ada, ben, eve] = [await enter("chat"), await enter("chat"), await enter("other")];
      await rooms.join({ room: "chat", id: ada.id, member: "again" });
      expect(await rooms.send({ room: "chat", payload: { n: 1 }, except: ben.id })).toEqual({
        members: 1,
      });
      expect(await rooms.send({ room: "chat", payload: { n: 2 } })).toEqual({ members: 2 });
      expect(await rooms.send({ room: "nobody", payload: 1 })).toEqual({ members: 0 });
      expect(await rooms.send({ room: "other", payload: new Uint8Array([1, 255]) })).toEqual({
        members: 1,
      });
      expect([await ada.next(), await ada.next()]).toEqual(['{"n":1}', '{"n":2}']);
      expect(await ben.next()).toBe('{"n":2}');
      expect(await eve.nextFrame()).toMatchObject({ text: "\u0001ÿ" });
    });

    test("messages of two senders come in each one's order", async () => {
      const ada = await enter("chat");
      const speak = async (name: string): Promise<void> => {
        for (let n = 0; n < 20; n++) await rooms.send({ room: "chat", payload: { name, n } });
      };
      await Promise.all([speak("one"), speak("two")]);
      const got: { name: string; n: number }[] = [];
      for (let n = 0; n < 40; n++) got.push(JSON.parse(await ada.next()) as (typeof got)[number]);
      const numbers = Array.from({ length: 20 }, (_, n) => n);
      for (const name of ["one", "two"])
        expect(got.filter((one) => one.name === name).map(({ n }) => n)).toEqual(numbers);
    });

    test("20 connections in 40 rooms each are all found, once", async () => {
      const ids = Array.from({ length: 20 }, () => "");
      for (const index of ids.keys()) ids[index] = (await enter()).id;
      for (const id of ids) {
        const names = Array.from({ length: 40 }, (_, n) => `other:${n}`);
        await Promise.all(names.map((room) => rooms.join({ room, id })));
        expect((await rooms.of({ id })).toSorted()).toEqual(names.toSorted());
      }
      expect((await listOf("other:7")).toSorted()).toEqual(ids.toSorted());
    });

    test("messages larger than a frame arrive whole", async () => {
      const ada = await enter("chat");
      const payload = "ä".repeat(60_000);
      await rooms.send({ room: "chat", payload });
      expect(await ada.next()).toBe(payload);
    });

    test("a connection that closes leaves its rooms, and joins none any more", async () => {
      const [ada, ben] = [await enter("chat", "other"), await enter("chat")];
      await leave(ada);
      expect([await listOf("chat"), await listOf("other")]).toEqual([[ben.id], []]);
      expect(await rooms.of({ id: ada.id })).toEqual([]);
      await expect(rooms.join({ room: "chat", id: ada.id })).rejects.toMatchObject({
        name: "GoneException",
      });
      expect(await rooms.send({ room: "chat", payload: 1 })).toEqual({ members: 1 });
      expect(await ben.next()).toBe("1");
    });

    test("a message handler that joins beside a closing socket leaves nothing behind", async () => {
      const results: Promise<unknown>[] = [];
      let onceBegun = (): void => {};
      const ada = await enter();
      functions.message = async (id) => {
        results.push(
          ...Array.from({ length: 10 }, (_, n) =>
            rooms.join({ room: `chat:${n}`, id }).catch(({ name }: Error) => name),
          ),
        );
        onceBegun();
        return { statusCode: 200 };
      };
      const begun = new Promise<void>((resolve) => {
        onceBegun = resolve;
      });
      ada.send("join");
      await begun;
      await leave(ada);
      await Promise.all(results);
      expect(await rooms.of({ id: ada.id })).toEqual([]);
      for (let n = 0; n < 10; n++) expect(await listOf(`chat:${n}`)).toEqual([]);
    });

    test("one leave for each join, with the member it had last", async () => {
      const ada = await enter("chat:a");
      await rooms.join({ room: "chat:a", id: ada.id, member: { last: true } });
      await rooms.join({ room: "chat:b", id: ada.id });
      await rooms.leave({ room: "chat:b", id: ada.id });
      await rooms.leave({ room: "chat:b", id: ada.id });
      await leave(ada);
      const records = await platform.presence(4);
      expect(records.map(({ eventName, room, member }) => [eventName, room, member])).toEqual([
        ["JOIN", "chat:a", { in: "chat:a" }],
        ["JOIN", "chat:b", null],
        ["LEAVE", "chat:b", null],
        ["LEAVE", "chat:a", { last: true }],
      ]);
      expect(new Set(records.map(({ connectionId }) => connectionId))).toEqual(new Set([ada.id]));
      expect(new Set(records.map(({ eventId }) => eventId)).size).toBe(4);
      const [join, , , end] = records;
      expect(end?.joinedAt).toBe(join?.joinedAt);
    });

    test("a room that is closed is empty, and its sockets stay open", async () => {
      const ada = await enter("chat", "other");
      await rooms.close({ room: "chat" });
      expect([await listOf("chat"), await listOf("other")]).toEqual([[], [ada.id]]);
      await rooms.send({ room: "other", payload: 1 });
      expect(await ada.next()).toBe("1");
    });

    test("a room has no more members than its kind allows", async () => {
      const [ada, ben] = [await enter("small"), await enter("small")];
      await rooms.join({ room: "small", id: ada.id, member: "again" });
      const eve = await enter();
      const full = { name: "LimitExceededException" };
      await expect(rooms.join({ room: "small", id: eve.id })).rejects.toMatchObject(full);
      functions.connect = async (id) => {
        await rooms.join({ room: "small", id });
        return { statusCode: 200 };
      };
      expect(await platform.refused()).toBe(429);
      await leave(ben);
      await rooms.join({ room: "small", id: eve.id });
      expect((await listOf("small")).toSorted()).toEqual([ada.id, eve.id].toSorted());
    });

    test("a connection sends no faster than its kind allows", async () => {
      const ada = await enter("slow");
      const send = (): Promise<unknown> =>
        rooms.send({ room: "slow", payload: 1, from: ada.id }).catch(({ name }: Error) => name);
      const results = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(send));
      expect(results).toContain("LimitExceededException");
      expect(results).toContainEqual({ members: 1 });
    });

    test("mistakes are named", async () => {
      const ada = await enter();
      await expect(rooms.join({ room: "chatt", id: ada.id })).rejects.toThrow('mean "chat"?');
      const long = `chat:${"x".repeat(252)}`;
      await expect(rooms.send({ room: long, payload: 1 })).rejects.toThrow("at most 256 bytes");
      const member = "x".repeat(1023);
      await expect(rooms.join({ room: "chat", id: ada.id, member })).rejects.toThrow("1024 bytes");
      await expect(
        rooms.send({ room: "chat", payload: "x".repeat(128 * 1024 + 1) }),
      ).rejects.toMatchObject({ name: "PayloadTooLargeException" });
    });
  });
}

/** What is set from now on is as it was once the test has ended, and all that it began later has. */
export function keepVariables(): void {
  const former = { ...process.env };
  onTestFinished(() => {
    for (const name of Object.keys(process.env)) if (!(name in former)) delete process.env[name];
    Object.assign(process.env, former);
  });
}
