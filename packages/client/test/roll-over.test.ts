import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connect, type ConnectOptions } from "../src/index.ts";

/** A socket that a test opens, cuts and speaks through. */
class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readonly url: string;
  readonly sent: string[] = [];
  readyState = 0;
  closedWith: number | null = null;

  constructor(url: string | URL) {
    super();
    this.url = String(url);
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(code: number): void {
    this.closedWith ??= code;
    this.readyState = 3;
  }
  open(): this {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
    return this;
  }
  say(message: object): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
  }
  cut(code = 1006): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}

const asked = '{"action":"arclet-previous"}';

function start(url = "ws://app/?ticket=t", options: ConnectOptions = {}) {
  const app = connect(() => url, { WebSocket: FakeSocket as never, ...options });
  const seen: unknown[] = [];
  for (const type of ["status", "resumed", "said"]) {
    app.on(type, (message: unknown) => seen.push(message ?? type));
  }
  return { app, seen };
}

function socketAt(index: number): FakeSocket {
  const socket = FakeSocket.all[index];
  if (socket === undefined) throw new Error(`There is no socket ${index}`);
  return socket;
}

/** Until the handshake with `previous` is on its way. */
async function begin(): Promise<readonly [old: FakeSocket, next: FakeSocket]> {
  await vi.advanceTimersByTimeAsync(0);
  const old = socketAt(0).open();
  await vi.advanceTimersByTimeAsync(6_900_000);
  expect(old.sent.at(-1)).toBe(asked);
  old.say({ type: "arclet-previous", previous: "sealed" });
  return [old, socketAt(1)];
}

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
  // The latest moment of a roll-over, and no pause before an attempt.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("a roll-over", () => {
  test("opens the next socket before two hours are over, and says nothing of it", async () => {
    const { app, seen } = start();
    const [old, next] = await begin();
    expect(next.url).toBe("ws://app/?ticket=t&previous=sealed");
    await app.send("move", { n: 1 });
    next.open();
    await app.send("move", { n: 2 });
    expect(old.sent.slice(1)).toEqual(['{"n":1,"action":"move"}']);
    expect(next.sent).toEqual(['{"n":2,"action":"move"}']);
    expect(seen).toEqual(["open"]);
    app.close();
  });

  test("reads both sockets until the old one has been silent for 5 s", async () => {
    const { app, seen } = start();
    const [old, next] = await begin();
    next.open();
    await vi.advanceTimersByTimeAsync(4000);
    old.say({ type: "said", n: 1 });
    next.say({ type: "said", n: 2 });
    await vi.advanceTimersByTimeAsync(4999);
    expect(old.closedWith).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(old.closedWith).toBe(1000);
    old.say({ type: "said", n: 3 });
    old.cut(1000);
    expect(seen).toEqual(["open", { type: "said", n: 1 }, { type: "said", n: 2 }]);
    expect(app.status).toBe("open");
    app.close();
  });

  test("waits for answers over the old socket", async () => {
    const { app } = start();
    const [old, next] = await begin();
    const answer = app.call("say");
    next.open();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(old.closedWith).toBeNull();
    old.say({ requestId: "1", result: 7 });
    expect(await answer).toBe(7);
    await vi.advanceTimersByTimeAsync(5000);
    expect(old.closedWith).toBe(1000);
    app.close();
  });

  test("that is refused is an ordinary reconnect", async () => {
    const { app, seen } = start();
    const [old, next] = await begin();
    next.cut();
    expect(old.closedWith).toBe(1000);
    await vi.advanceTimersByTimeAsync(1000);
    socketAt(2).open();
    expect(socketAt(2).url).toBe("ws://app/?ticket=t");
    expect(seen).toEqual(["open", "waiting", "connecting", "open", "resumed"]);
    app.close();
  });

  test("goes on when the old socket closes first, and says that something may be missing", async () => {
    const { app, seen } = start();
    const [old, next] = await begin();
    const answer = app.call("say");
    old.cut();
    await expect(answer).rejects.toMatchObject({ code: "UNKNOWN" });
    const sent = app.send("move");
    next.open();
    await sent;
    expect(next.sent).toEqual(['{"action":"move"}']);
    expect(seen).toEqual(["open", "connecting", "open", "resumed"]);
    app.close();
  });

  test("without an answer of the platform is an ordinary reconnect", async () => {
    const { app, seen } = start();
    await vi.advanceTimersByTimeAsync(0);
    const old = socketAt(0).open();
    await vi.advanceTimersByTimeAsync(6_900_000 + 10_001);
    expect(old.closedWith).toBe(1000);
    expect(seen).toEqual(["open", "waiting", "connecting"]);
    old.say({ type: "arclet-previous", previous: "late" });
    expect(FakeSocket.all).toHaveLength(2);
    app.close();
  });

  test("is not asked for without logins: it connects again once no answer is outstanding", async () => {
    const { app, seen } = start("ws://app/");
    await vi.advanceTimersByTimeAsync(0);
    const old = socketAt(0).open();
    await vi.advanceTimersByTimeAsync(6_899_000);
    const answers = Promise.allSettled([app.call("say")]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(old.closedWith).toBeNull();
    old.say({ requestId: "1", result: 1 });
    expect(await answers).toMatchObject([{ status: "fulfilled" }]);
    await vi.advanceTimersByTimeAsync(1001);
    expect(old.sent).not.toContain(asked);
    expect(old.closedWith).toBe(1000);
    socketAt(1).open();
    expect(seen).toEqual(["open", "waiting", "connecting", "open", "resumed"]);
    app.close();
  });

  test("ends with the client", async () => {
    const { app } = start();
    const [old, next] = await begin();
    app.close();
    next.open();
    expect([old.closedWith, next.closedWith, app.status]).toEqual([1000, 1000, "closed"]);
    await vi.advanceTimersByTimeAsync(10_000_000);
    expect(FakeSocket.all).toHaveLength(2);
  });
});

test("a socket that no longer reaches the app is found by keepAlive", async () => {
  const { app } = start("ws://app/", { keepAlive: true });
  await vi.advanceTimersByTimeAsync(0);
  const old = socketAt(0).open();
  await vi.advanceTimersByTimeAsync(300_000);
  old.say({ type: "arclet-pong" });
  await vi.advanceTimersByTimeAsync(299_000);
  expect(app.status).toBe("open");
  await vi.advanceTimersByTimeAsync(11_000);
  expect(old.closedWith).toBe(1000);
  expect(app.status).not.toBe("open");
  app.close();
});
