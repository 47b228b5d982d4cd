import { expect, test } from "vitest";
import {
  RoomRegistry,
  type PresenceChange,
  type RoomLimits,
  type RoomTarget,
} from "../../src/connections/room-registry.ts";
import { createTestClock, type TestClock } from "../../src/test-clock.ts";

interface Setting {
  readonly registry: RoomRegistry;
  readonly clock: TestClock;
  readonly changes: PresenceChange[];
  /** Opens a connection; gives what it received. */
  readonly connect: (id: string, isFast?: boolean) => string[];
}

function createSetting(limits: Partial<RoomLimits> = {}): Setting {
  const clock = createTestClock();
  const changes: PresenceChange[] = [];
  const registry = new RoomRegistry({
    clock,
    limitsOf: () => ({ members: null, rate: null, ...limits }),
    onPresence: (change) => changes.push(change),
  });
  const connect = (id: string, isFast = true): string[] => {
    const received: string[] = [];
    const target: RoomTarget = {
      deliver: ({ data }) => isFast && received.push(String(data)) > 0,
      close: (code) => received.push(`closed ${code}`),
    };
    registry.begin(id);
    registry.settle(id);
    registry.open(id, target);
    return received;
  };
  return { registry, clock, changes, connect };
}

function text(data: string): { readonly data: string; readonly isText: boolean } {
  return { data, isText: true };
}

test("sends to everybody in the room, once each, and not to others", () => {
  const { registry, connect } = createSetting();
  const [a, b, c] = [connect("a"), connect("b"), connect("c")];
  registry.join("chat", "a", null);
  registry.join("chat", "a", null);
  registry.join("chat", "b", null);
  registry.join("board", "c", null);
  expect(registry.send("chat", text("hi"), [], null)).toEqual({ members: 2, missed: 0 });
  expect(registry.send("chat", text("ho"), ["a"], null)).toEqual({ members: 1, missed: 0 });
  expect(registry.send("nobody", text("hi"), [], null)).toEqual({ members: 0, missed: 0 });
  expect([a, b, c]).toEqual([["hi"], ["hi", "ho"], []]);
});

test("counts members that read too slowly, and serves the others", () => {
  const { registry, connect } = createSetting();
  connect("slow", false);
  const fast = connect("fast");
  for (const id of ["slow", "fast"]) registry.join("chat", id, null);
  expect(registry.send("chat", text("hi"), [], null)).toEqual({ members: 2, missed: 1 });
  expect(fast).toEqual(["hi"]);
});

test("lets joins of a handshake take effect once it is accepted, and not at all otherwise", () => {
  const { registry, changes } = createSetting();
  registry.begin("a");
  expect(registry.join("chat", "a", '"Ada"')).toBe("done");
  expect(registry.members("chat", 0).members).toEqual([]);
  registry.settle("a");
  expect(registry.members("chat", 0).members).toMatchObject([{ id: "a", member: '"Ada"' }]);
  registry.begin("b");
  registry.join("chat", "b", null);
  registry.end("b");
  expect(registry.join("chat", "b", null)).toBe("gone");
  expect(changes.map(({ eventName, connectionId }) => [eventName, connectionId])).toEqual([
    ["JOIN", "a"],
  ]);
});

test("takes a join of a handshake back that is left before its end", () => {
  const { registry } = createSetting();
  registry.begin("a");
  registry.join("chat", "a", null);
  registry.leave("chat", "a");
  registry.settle("a");
  expect(registry.of("a")).toEqual([]);
});

test("has one leave for each join, with the member it had last", () => {
  const { registry, changes, connect, clock } = createSetting();
  connect("a");
  registry.join("chat", "a", "1");
  const joinedAt = clock.now();
  registry.join("chat", "a", "2");
  registry.join("board", "a", null);
  registry.end("a");
  registry.end("a");
  expect(changes).toEqual([
    { eventName: "JOIN", room: "chat", connectionId: "a", member: "1", joinedAt },
    { eventName: "MODIFY", room: "chat", connectionId: "a", member: "2", joinedAt },
    { eventName: "JOIN", room: "board", connectionId: "a", member: null, joinedAt },
    { eventName: "LEAVE", room: "chat", connectionId: "a", member: "2", joinedAt },
    { eventName: "LEAVE", room: "board", connectionId: "a", member: null, joinedAt },
  ]);
  expect(registry.join("chat", "a", null)).toBe("gone");
});

test("empties a room and leaves its sockets open", () => {
  const { registry, connect } = createSetting();
  const received = connect("a");
  registry.join("chat", "a", null);
  registry.empty("chat");
  expect(registry.of("a")).toEqual([]);
  expect(received).toEqual([]);
  expect(registry.join("chat", "a", null)).toBe("done");
});

test("takes no more members than the kind allows; one that is in may replace its member", () => {
  const { registry, connect } = createSetting({ members: 1 });
  connect("a");
  connect("b");
  expect(registry.join("chat", "a", null)).toBe("done");
  expect(registry.join("chat", "b", null)).toBe("full");
  expect(registry.join("chat", "a", "1")).toBe("done");
  registry.begin("c");
  registry.join("chat", "c", null);
  expect(registry.settle("c")).toBe("full");
  registry.end("c");
  registry.leave("chat", "a");
  expect(registry.join("chat", "b", null)).toBe("done");
});

test("refuses a connection that sends more in a second than the kind allows", async () => {
  const { registry, connect, clock } = createSetting({ rate: 2 });
  connect("a");
  connect("b");
  const send = (from: string): boolean => registry.send("chat", text("x"), [], from) !== null;
  expect([send("a"), send("a"), send("a"), send("b")]).toEqual([true, true, false, true]);
  await clock.advance(1000);
  expect(send("a")).toBe(true);
});

test("gives members a page at a time, in the order of their joins, each once", () => {
  const { registry, connect } = createSetting();
  for (let number = 0; number < 2500; number++) {
    connect(String(number));
    registry.join("chat", String(number), null);
  }
  const ids: string[] = [];
  let pages = 0;
  for (let after: number | null = 0; after !== null; pages++) {
    const { members, next } = registry.members("chat", after);
    ids.push(...members.map(({ id }) => id));
    after = next;
    if (pages === 0) for (const id of ["3", "1500"]) registry.end(id);
  }
  const expected = Array.from({ length: 2500 }, (_, number) => String(number));
  expect(ids).toEqual(expected.filter((id) => id !== "1500"));
  expect(pages).toBe(3);
});

test("puts who has logged in into the room of their connections, and uses them as the member", () => {
  const { registry, changes } = createSetting();
  const closed: number[] = [];
  for (const id of ["a", "b"]) {
    registry.begin(id);
    registry.identify(id, { id: "ada", json: '{"id":"ada"}', issuedAt: 1 });
    registry.join("chat", id, null);
    registry.settle(id);
    registry.open(id, { deliver: () => true, close: (code) => closed.push(code) });
  }
  expect(registry.members("chat", 0).members).toMatchObject([
    { id: "a", member: '{"id":"ada"}' },
    { id: "b", member: '{"id":"ada"}' },
  ]);
  expect(registry.of("a")).toEqual(["@user:ada", "chat"]);
  expect(changes.map(({ room }) => room)).toEqual(["chat", "chat"]);
  registry.kick("ada");
  registry.kick("nobody");
  expect(closed).toEqual([1000, 1000]);
});
