import { describe, expect, test, vi } from "vitest";
import { nextOf, open, startServer } from "./server.ts";

describe("a call", () => {
  test("sends the action with its input, and resolves the answer", async () => {
    const server = await startServer();
    const app = open(server.url);
    const answer = app["say"]?.({ text: "hi" });
    const { requestId, ...rest } = await server.next();
    expect(rest).toEqual({ action: "say", text: "hi" });
    server.send({ requestId, result: { id: 7 } });
    expect(await answer).toEqual({ id: 7 });
  });

  test("gives each of several answers to its own call, in any order", async () => {
    const server = await startServer();
    const app = open(server.url);
    const answers = [1, 2, 3].map((n) => app.call("double", { n }));
    const messages = [await server.next(), await server.next(), await server.next()];
    for (const { requestId, n } of messages.toReversed()) {
      server.send({ requestId, result: Number(n) * 2 });
    }
    expect(await Promise.all(answers)).toEqual([2, 4, 6]);
  });

  test("cannot change the action or the request's id by its input", async () => {
    const server = await startServer();
    const app = open(server.url);
    app.call("say", { action: "other", requestId: "mine" }).catch(() => {});
    expect(await server.next()).toMatchObject({ action: "say", requestId: "1" });
  });

  test("rejects with the action's error", async () => {
    const server = await startServer();
    const app = open(server.url);
    const answer = app.call("say");
    const { requestId } = await server.next();
    const issues = [{ message: "must be a text", path: ["text"] }];
    server.send({ requestId, error: { code: "BAD_INPUT", message: "Wrong input", issues } });
    await expect(answer).rejects.toMatchObject({
      name: "ClientError",
      code: "BAD_INPUT",
      message: "Wrong input",
      issues,
    });
  });

  test("is unknown when it was sent and the connection is lost", async () => {
    const server = await startServer();
    const app = open(server.url);
    const answer = app.call("say");
    await server.next();
    server.kill();
    await expect(answer).rejects.toMatchObject({ code: "UNKNOWN" });
  });

  test("is sent once, even when the connection is lost before its answer", async () => {
    const server = await startServer();
    const app = open(server.url);
    app.call("say").catch(() => {});
    await server.next();
    const resumed = nextOf(app, "resumed");
    server.kill();
    await resumed;
    await app.send("after");
    await server.next();
    expect(server.received.map(({ action }) => action)).toEqual(["say", "after"]);
  });
});

describe("a message without an answer", () => {
  test("resolves when it is handed to an open socket, and has no id", async () => {
    const server = await startServer();
    const app = open(server.url);
    await app.send("move", { x: 1 });
    expect(await server.next()).toEqual({ action: "move", x: 1 });
  });

  test("waits for a socket, in order with others", async () => {
    const server = await startServer();
    const app = open(server.url);
    const sent = [1, 2, 3].map((n) => app.send("move", { n }));
    expect(app.status).toBe("connecting");
    await Promise.all(sent);
    expect([await server.next(), await server.next(), await server.next()]).toMatchObject([
      { n: 1 },
      { n: 2 },
      { n: 3 },
    ]);
  });

  test("is dropped, oldest first, and reported, when too many wait", async () => {
    const app = open("ws://127.0.0.1:9", { queue: 2 });
    const dropped: unknown[] = [];
    app.on("dropped", (message) => dropped.push(message));
    const sent = [1, 2, 3].map((n) => app.send("move", { n }));
    await expect(sent[0]).rejects.toMatchObject({ code: "DROPPED" });
    expect(dropped).toEqual([{ action: "move", input: { n: 1 } }]);
    app.close();
    await expect(sent[1]).rejects.toMatchObject({ code: "CLOSED" });
    await expect(sent[2]).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("what the app sends", () => {
  test("reaches the listeners of its type until they end", async () => {
    const server = await startServer();
    const app = open(server.url);
    await nextOf(app, "status");
    const texts: unknown[] = [];
    const end = app.on("said", (message) => texts.push(message));
    const first = nextOf(app, "said");
    server.send({ type: "said", text: "one" });
    await first;
    end();
    const second = nextOf(app, "said");
    server.send({ type: "said", text: "two" });
    await second;
    expect(texts).toEqual([{ type: "said", text: "one" }]);
  });

  test("is told apart from API Gateway's own error frames, and from what is neither", async () => {
    const server = await startServer();
    const app = open(server.url);
    await nextOf(app, "status");
    const frame = { message: "Internal server error", connectionId: "a=", requestId: "b=" };
    const gateway = nextOf(app, "gateway");
    server.send(frame);
    expect(await gateway).toEqual(frame);
    for (const text of ["plain", "[1]", "null", '{"requestId":"9","result":1}']) {
      const other = nextOf(app, "other");
      server.send(text);
      expect(await other).toBe(text);
    }
  });
});

describe("the connection", () => {
  test("comes back after a cut, says so, and sends what waited", async () => {
    const server = await startServer();
    const app = open(server.url);
    const statuses: string[] = [app.status];
    app.on("status", (status) => statuses.push(status));
    await app.send("first");
    const resumed = nextOf(app, "resumed");
    server.cut();
    await nextOf(app, "status");
    const waiting = app.send("second");
    await resumed;
    await waiting;
    expect([await server.next(), await server.next()]).toEqual([
      { action: "first" },
      { action: "second" },
    ]);
    expect(statuses).toEqual(["connecting", "open", "waiting", "connecting", "open"]);
  });

  test("does not say that it resumed the first time", async () => {
    const server = await startServer();
    const app = open(server.url);
    const listener = vi.fn<() => void>();
    app.on("resumed", listener);
    await app.send("first");
    expect(listener).not.toHaveBeenCalled();
  });

  test("asks for its URL before each attempt, and again when there is none", async () => {
    const server = await startServer();
    let asked = 0;
    const app = open(async () => {
      if (++asked === 1) throw new Error("no ticket");
      return `${server.url}/?ticket=${asked}`;
    });
    await app.send("first");
    const resumed = nextOf(app, "resumed");
    server.kill();
    await resumed;
    expect(asked).toBe(3);
  });

  test("comes back after handshakes that were refused", async () => {
    const server = await startServer();
    server.refuse(503);
    const app = open(server.url);
    await nextOf(app, "status");
    expect(app.status).toBe("waiting");
    server.refuse(null);
    await app.send("first");
    expect(await server.next()).toEqual({ action: "first" });
  });

  test("ends for good", async () => {
    const server = await startServer();
    const app = open(server.url);
    const answer = app.call("say");
    await server.next();
    app.close();
    expect(app.status).toBe("closed");
    await expect(answer).rejects.toMatchObject({ code: "UNKNOWN" });
    await expect(app.send("more")).rejects.toMatchObject({ code: "CLOSED" });
    expect(server.socketCount).toBe(1);
  });

  test("comes back at once when the network returns", async () => {
    const events = new EventTarget();
    vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
    vi.stubGlobal("removeEventListener", events.removeEventListener.bind(events));
    // Without the event the next attempt would be at the end of its time.
    vi.spyOn(Math, "random").mockReturnValue(0.999_999);
    const server = await startServer();
    server.refuse(503);
    const app = open(server.url);
    await nextOf(app, "status");
    server.refuse(null);
    events.dispatchEvent(new Event("online"));
    expect(app.status).toBe("connecting");
    await app.send("first");
    app.close();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
});

test("can be awaited without being taken for a promise", async () => {
  const app = open("ws://127.0.0.1:9");
  expect(await Promise.resolve(app)).toBe(app);
});
