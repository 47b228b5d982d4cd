import { startApp, type TestApp } from "arclet/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { App } from "../.arclet/types/app.d.ts";

let app: TestApp<App>;

beforeAll(async () => {
  app = await startApp<App>();
});

afterAll(() => app?.close());

async function ticketOf(name: string) {
  const response = await app.post("/ticket", { name });
  expect(response.status).toBe(200);
  return response.text();
}

/** Somebody in a room. */
async function enter(name: string, room: string) {
  const person = await app.connect({ query: { ticket: await ticketOf(name) } });
  const { lines } = await person.join({ room });
  return { person, lines };
}

test("brings a line to the others, and to who said it as the answer", async () => {
  const { person: ada } = await enter("Ada", "lobby");
  const { person: ben } = await enter("Ben", "lobby");
  const line = await ada.say({ room: "lobby", text: "  Hello\u0007 Ben\n" });
  expect(line).toMatchObject({ name: "Ada", text: "Hello Ben" });
  expect(await ben.next("said")).toEqual({ type: "said", room: "lobby", line });
  const { lines } = await enter("Cleo", "lobby");
  expect(lines).toEqual([line]);
  expect(await app.tables.messages.get({ room: "lobby", at: line.at })).toMatchObject(line);
  expect(ada.received).not.toContainEqual(expect.objectContaining({ type: "said" }));
});

test("shows who is in a room, also when somebody leaves or vanishes", async () => {
  const { person: ada } = await enter("Ada", "garden");
  expect((await ada.next("people")).names).toEqual(["Ada"]);
  const { person: ben } = await enter("Ben", "garden");
  expect((await ada.next("people")).names).toEqual(["Ada", "Ben"]);
  await ben.join({ room: "workshop" });
  expect((await ada.next("people")).names).toEqual(["Ada"]);
  await ben.join({ room: "garden" });
  expect((await ada.next("people")).names).toEqual(["Ada", "Ben"]);
  ben.terminate();
  expect((await ada.next("people")).names).toEqual(["Ada"]);
});

test("pages through a long history", async () => {
  const { person: ada } = await enter("Ada", "long");
  for (let number = 1; number <= 35; number++) {
    await ada.say({ room: "long", text: `line ${number}` });
  }
  const last = await ada.join({ room: "long" });
  expect(last).toMatchObject({ hasEarlier: true });
  expect(last.lines.map(({ text }) => text).slice(0, 2)).toEqual(["line 6", "line 7"]);
  const first = await ada.earlier({ room: "long", before: last.lines[0]?.at ?? "" });
  expect(first.hasEarlier).toBe(false);
  expect(first.lines.map(({ text }) => text)).toEqual([1, 2, 3, 4, 5].map((n) => `line ${n}`));
});

test("takes only what it understands", async () => {
  const { person: ada } = await enter("Ada", "lobby");
  await expect(ada.say({ room: "garden", text: "unseen" })).rejects.toMatchObject({
    code: "NOT_IN_ROOM",
  });
  const badInput = (message: string) => ({ code: "BAD_INPUT", message });
  await expect(ada.say({ room: "lobby", text: " " })).rejects.toMatchObject(
    badInput('"text" is empty'),
  );
  await expect(ada.say({ room: "lobby", text: "x".repeat(1001) })).rejects.toMatchObject(
    badInput('"text" has more than 1000 characters'),
  );
  await expect(ada.join({ room: "../x" })).rejects.toMatchObject(
    badInput("A room's name has up to 32 letters, digits and hyphens"),
  );
  // @ts-expect-error The types reject it too.
  await expect(ada.join({})).rejects.toMatchObject({ code: "BAD_INPUT" });
  // @ts-expect-error The manifest does not have it.
  await expect(ada.call("dance")).rejects.toMatchObject({ code: "UNKNOWN_ACTION" });
});

test("lets in who has a ticket, once", async () => {
  await expect(app.connect()).rejects.toMatchObject({ statusCode: 401 });
  const ticket = await ticketOf("Ada");
  await app.connect({ query: { ticket } });
  await expect(app.connect({ query: { ticket } })).rejects.toMatchObject({ statusCode: 401 });
  const tooLong = await app.post("/ticket", { name: "E".repeat(33) });
  expect(tooLong.status).toBe(400);
  expect(await tooLong.text()).toBe('"name" has more than 32 characters');
  expect((await app.post("/ticket", "no JSON")).status).toBe(400);
});
