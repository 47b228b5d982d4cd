import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { AnyApp } from "@arclet/client";
import { startApp, type TestApp } from "../../src/testing.ts";
import { linkDependencies, temporaryFolder } from "../../../../test/helpers/temporary-folder.ts";

const files = {
  ".arc": `@app
talk

@ws
say
  response true
remember
fail
wait
whisper

@http
get /
post /echo
get /broken
get /page

@events
said

@queues
mails

@scheduled
daily rate(1 day)

@tables
messages
  id *String
  expires TTL
`,
  "src/ws/connect/index.mjs": `export const handler = async (event) => ({
  statusCode: event.queryStringParameters?.name === "nobody" ? 403 : 200,
});
`,
  "src/ws/default/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
  "src/ws/disconnect/index.mjs": `import { events } from "@arclet/functions";
export const handler = async (event) => {
  await events.publish({ name: "said", payload: { left: event.requestContext.connectionId } });
  return { statusCode: 200 };
};
`,
  "src/ws/say/index.mjs": `import { action, events, queues, ws } from "@arclet/functions";
import { mail } from "../../../lib/mail.mjs";
let count = 0;
export const handler = action(async ({ text }, event) => {
  await ws.send({ id: event.requestContext.connectionId, payload: { type: "said", text } });
  await events.publish({ name: "said", payload: { text } });
  return { count: ++count, at: Date.now(), mailed: await mail(text) };
});
`,
  "lib/mail.mjs": "export const mail = async (text) => `really sent ${text}`;\n",
  "test/fake-mail.mjs": "export const mail = async (text) => `pretended ${text}`;\n",
  "src/ws/remember/index.mjs": `import { action, tables } from "@arclet/functions";
export const handler = action(async ({ id, seconds }) => {
  const { messages } = await tables();
  await messages.put({ id, expires: Math.floor(Date.now() / 1000) + seconds });
});
`,
  "src/ws/fail/index.mjs": `import { action } from "@arclet/functions";
export const handler = action(async () => {
  deep();
});
function deep() {
  throw new Error("too deep");
}
`,
  "src/ws/wait/index.mjs": `import { setTimeout as pause } from "node:timers/promises";
import { action } from "@arclet/functions";
export const handler = action(async ({ ms }) => {
  const before = new Date();
  await pause(ms);
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { waited: Date.now() - before.getTime() };
});
`,
  "src/ws/wait/config.arc": "@aws\ntimeout 600\n",
  "src/ws/whisper/index.mjs": `import { ws } from "@arclet/functions";
export const handler = async (event) => {
  const { to, text } = JSON.parse(event.body);
  const result = await ws.send({ id: to, payload: { type: "whispered", text } }).then(() => "sent", (error) => error.name);
  await ws.send({ id: event.requestContext.connectionId, payload: { type: "result", result } });
  return { statusCode: 200 };
};
`,
  "preferences.arc": "@sandbox\nlivereload true\n",
  "src/http/get-page/index.mjs": `export const handler = async () => ({
  statusCode: 200,
  headers: { "content-type": "text/html" },
  body: "<!doctype html><title>x</title><body>hi</body>",
});
`,
  "src/http/get-index/index.mjs": `export const handler = async () => ({
  statusCode: 200,
  headers: { "content-type": "text/plain" },
  body: process.env.GREETING ?? "hello",
});
`,
  "src/http/post-echo/index.mjs": `export const handler = async (event) => ({ statusCode: 200, body: event.body });
`,
  "src/http/get-broken/index.mjs": `export const handler = async () => {
  throw new TypeError("broken here");
};
`,
  "src/events/said/index.mjs": `import { queues } from "@arclet/functions";
export const handler = async ({ Records: [record] }) => {
  await queues.publish({ name: "mails", payload: JSON.parse(record.Sns.Message) });
};
`,
  "src/queues/mails/index.mjs": `export const handler = async ({ Records }) => {
  for (const { body } of Records) if (body.includes("poison")) throw new Error("poisoned");
  console.log("mailed", ...Records.map(({ body }) => body));
};
`,
  "src/scheduled/daily/index.mjs": `export const handler = async (event) => {
  console.log("daily ran at", new Date().toISOString());
  return { time: event.time };
};
`,
};

test("functions write their coverage, and one may hold a router", async () => {
  await using folder = await temporaryFolder({
    ".arc": "@app\ncovered\n\n@http\nany /api/*\n",
    "src/http/any-api-catchall/index.mjs": `import { Hono } from "hono";
import { handle } from "hono/aws-lambda";
const app = new Hono().basePath("/api");
app.get("/cats/:id", (c) => c.json({ id: c.req.param("id") }));
export const handler = handle(app);
`,
  });
  await linkDependencies(folder.path);
  const coverage = join(folder.path, "coverage");
  vi.stubEnv("NODE_V8_COVERAGE", coverage);
  onTestFinished(() => void vi.unstubAllEnvs());
  await using app = await startApp({ root: folder.path });
  expect(await (await app.get("/api/cats/7")).json()).toEqual({ id: "7" });
  const names = await readdir(coverage);
  const texts = await Promise.all(names.map((name) => readFile(join(coverage, name), "utf8")));
  expect(texts.join("")).toContain("any-api-catchall/index.mjs");
});

test("messages that keep a connection open reach no function", async () => {
  await using folder = await temporaryFolder({
    ...files,
    ".arc": "@app\nkept\n\n@ws\n\n@ws-settings\nkeepAlive true\n",
    "src/ws/default/index.mjs": `export const handler = async () => {
  throw new Error("invoked");
};
`,
    "src/ws/disconnect/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
  });
  await using app = await startApp({ root: folder.path, silent: true });
  const ada = await app.connect();
  for (let round = 0; round < 3; round++) {
    await app.clock.advance("9m");
    ada.send({ action: "arclet-ping" });
    expect(await ada.next()).toEqual({ type: "arclet-pong" });
  }
  expect(app.logs.join("\n")).not.toContain("invoked");
  await app.clock.advance("11m");
  expect(await ada.closed).toMatchObject({ code: 1001 });
});

test("many apps run beside each other, in one process and in others", async () => {
  await using folder = await temporaryFolder(files);
  await linkDependencies(folder.path);
  const kit = new URL("../../bundle/testing.js", import.meta.url).href;
  const script = `import { startApp } from ${JSON.stringify(kit)};
const app = await startApp({ root: ${JSON.stringify(folder.path)} });
const ada = await app.connect();
const { count } = await ada.say({ text: "hi" });
await app.close();
console.log(count);
`;
  const others = Array.from({ length: 6 }, () =>
    promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]),
  );
  const own = Array.from({ length: 4 }, async () => {
    await using app = await startApp({ root: folder.path });
    const ada = await app.connect();
    return ((await ada.call("say", { text: "hi" })) as { count: number }).count;
  });
  expect(await Promise.all(own)).toEqual([1, 1, 1, 1]);
  expect((await Promise.all(others)).map(({ stdout }) => stdout.trim())).toEqual(
    Array(6).fill("1"),
  );
});

describe("an app in a test", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let app: TestApp<AnyApp>;

  beforeEach(async () => {
    folder = await temporaryFolder(files);
    await linkDependencies(folder.path);
    app = await startApp({ root: folder.path, silent: true, env: { GREETING: "good morning" } });
  });

  afterEach(async () => {
    await app.close();
    await folder[Symbol.asyncDispose]();
  });

  test("answers calls, and brings messages to who waits for them", async () => {
    const ada = await app.connect({ query: { name: "Ada" } });
    expect(await ada["say"]?.({ text: "hi" })).toMatchObject({ count: 1 });
    expect(await ada.next("said")).toEqual({ type: "said", text: "hi" });
    await expect(ada.next("said", { timeoutMs: 10 })).rejects.toThrow(/No message of type "said"/);
    expect(app.sent).toContainEqual({ service: "events", name: "said", payload: { text: "hi" } });
    expect(await ada.close()).toEqual({ code: 1000, reason: "" });
    await app.clock.advance(0);
    expect(app.sent.at(-1)).toEqual({
      service: "queues",
      name: "mails",
      payload: { left: ada.connectionId },
    });
  });

  test("refuses handshakes as the app does", async () => {
    await expect(app.connect({ query: { name: "nobody" } })).rejects.toMatchObject({
      statusCode: 403,
    });
  });

  test("answers requests, and invokes functions", async () => {
    expect(await (await app.get("/")).text()).toBe("good morning");
    expect(await (await app.post("/echo", { a: 1 })).text()).toBe('{"a":1}');
    // Nobody saves: pages are as the function made them, whatever the preferences say.
    const page = await (await app.get("/page")).text();
    expect(page).toBe("<!doctype html><title>x</title><body>hi</body>");
    expect((await app.get("/broken")).status).toBe(500);
    expect(app.logs.join("\n")).toMatch(/TypeError: broken here[\s\S]*get-broken\/index\.mjs:2/);
    expect(await app.invoke("scheduled/daily")).toEqual({ time: expect.any(String) as string });
    const failure = await app.invoke("http/get-broken").catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "TypeError", message: "broken here" });
    expect((failure as Error).stack).toContain("get-broken/index.mjs:2");
    await expect(app.invoke("scheduled/dayly")).rejects.toThrow('Did you mean "scheduled/daily"?');
  });

  test("shows the function's own stack where a call failed", async () => {
    const ada = await app.connect();
    const failure = await ada.call("fail").catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "CallError", code: "INTERNAL" });
    expect((failure as Error).stack).toMatch(/too deep[\s\S]*at deep .*fail\/index\.mjs:6/);
  });

  test("moves the clock of sockets, schedules and functions", async () => {
    const ada = await app.connect();
    const { at } = (await ada.call("say", { text: "now" })) as { at: number };
    await app.clock.advance("9m");
    const later = (await ada.call("say", { text: "later" })) as { at: number };
    expect(later.at - at).toBeGreaterThanOrEqual(9 * 60_000);
    expect(later.at - at).toBeLessThan(9.5 * 60_000);
    await app.clock.advance("10m");
    expect(await ada.closed).toMatchObject({ code: 1001 });
    await app.clock.advance("24h");
    expect(app.logs.filter((line) => line.includes("daily ran"))).toHaveLength(1);
  });

  test("moves timers inside functions", async () => {
    const ada = await app.connect();
    const waiting = ada.call("wait", { ms: 12_000 });
    await app.clock.advance("28s");
    const { waited } = (await waiting) as { waited: number };
    expect(waited).toBeGreaterThanOrEqual(24_000);
    expect(waited).toBeLessThan(26_000);
  });

  test("lets rows expire and messages of queues be tried again", async () => {
    const ada = await app.connect();
    await ada.call("remember", { id: "short", seconds: 60 });
    await ada.call("remember", { id: "long", seconds: 86_400 * 30 });
    expect(await app.tables["messages"]?.get({ id: "short" })).toMatchObject({ id: "short" });
    await app.clock.advance("2h");
    expect((await app.tables["messages"]?.scan())?.map((row) => row["id"])).toEqual(["long"]);
    await app.tables["messages"]?.put({ id: "given", tags: ["a", { b: 1 }], none: null });
    expect(await app.tables["messages"]?.get({ id: "given" })).toEqual({
      id: "given",
      tags: ["a", { b: 1 }],
      none: null,
    });
    expect(() => app.tables["nothing"]).toThrow("not under @tables");
  });

  test("gives up what functions fail to take", async () => {
    const ada = await app.connect();
    await ada.call("say", { text: "poison" });
    await app.clock.advance("2d");
    expect(app.deadLetters).toMatchObject([{ service: "queues", source: "mails" }]);
    expect(app.logs.filter((line) => line.includes("Error: poisoned")).length).toBeGreaterThan(1);
  });

  test("replaces modules at build time", async () => {
    const ada = await app.connect();
    expect(await ada.call("say", { text: "a" })).toMatchObject({ mailed: "really sent a" });
    await app.replace("./lib/mail.mjs", "./test/fake-mail.mjs");
    expect(await ada.call("say", { text: "b" })).toMatchObject({ mailed: "pretended b", count: 1 });
    await using other = await startApp({ root: folder.path });
    const ben = await other.connect();
    expect(await ben.call("say", { text: "c" })).toMatchObject({ mailed: "really sent c" });
  });

  test("refuses names that the app does not have", async () => {
    await expect(app.replace("./lib/mial.mjs", "./test/fake-mail.mjs")).rejects.toThrow(
      /lib.mial\.mjs .*no such file/,
    );
    await expect(app.replace("./lib/mail.mjs", "./test/fake.mjs")).rejects.toThrow(
      /test.fake\.mjs .*no such file/,
    );
    expect(() => app.faults.throttle("ws/sya")).toThrow('Did you mean "ws/say"?');
    await expect(app.invoke("scheduled/dayly")).rejects.toThrow('Did you mean "scheduled/daily"?');
    await expect(app.clock.advance("3 weeks")).rejects.toThrow("3 weeks");
  });

  describe("with faults", () => {
    test("loses disconnects", async () => {
      const [ada, ben] = [await app.connect(), await app.connect()];
      app.faults.loseDisconnect(ada);
      expect(await ada.closed).toMatchObject({ code: 1006 });
      ben.terminate();
      await ben.closed;
      await app.clock.advance("1s");
      const left = app.sent.filter(({ service }) => service === "events");
      expect(left.map(({ payload }) => payload)).toEqual([{ left: ben.connectionId }]);
    });

    test("has connections that are gone or read too slowly", async () => {
      const [ada, ben, eve] = [await app.connect(), await app.connect(), await app.connect()];
      app.faults.gone(ben);
      app.faults.slow(eve);
      for (const [to, result] of [
        [ben, "GoneException"],
        [eve, "LimitExceededException"],
        [ada, "sent"],
      ] as const) {
        ada.send({ action: "whisper", to: to.connectionId, text: "psst" });
        expect(await ada.next("result")).toMatchObject({ result });
      }
      app.faults.clear();
      ada.send({ action: "whisper", to: ben.connectionId, text: "again" });
      expect(await ben.next("whispered")).toMatchObject({ text: "again" });
    });

    test("throttles a function, by number and by rate", async () => {
      const ada = await app.connect();
      app.faults.throttle("ws/say", { times: 1 });
      await expect(ada.call("say", { text: "a" })).rejects.toMatchObject({
        code: "GATEWAY",
        message: "Internal server error",
      });
      expect(await ada.call("say", { text: "b" })).toMatchObject({ count: 1 });

      const outcomes = async (seed: number): Promise<string> => {
        await using other = await startApp({ root: folder.path, seed, silent: true });
        other.faults.throttle("ws/say", { rate: 0.5 });
        const ben = await other.connect();
        let text = "";
        for (let call = 0; call < 12; call++) {
          text += await ben.call("say", { text: "x" }).then(
            () => "a",
            () => "b",
          );
        }
        return text;
      };
      const first = await outcomes(7);
      expect(first).toMatch(/^(?=.*a)(?=.*b)[ab]{12}$/);
      expect(await outcomes(7)).toBe(first);
    });

    test("makes new environments slow to start", async () => {
      const ada = await app.connect();
      expect(await ada.call("say", { text: "warm" })).toMatchObject({ count: 1 });
      app.faults.coldStart("3s");
      const calling = ada.call("say", { text: "cold" }) as Promise<{ at: number; count: number }>;
      const before = app.clock.now();
      await app.clock.advance("4s");
      const { at, count } = await calling;
      expect(count).toBe(1);
      expect(at - before).toBeGreaterThanOrEqual(2900);
    });
  });
});
