import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliProcess } from "../helpers/cli-process.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";
import { openPage, type Page, type PageOptions } from "../rooms/page.ts";
import { collectReports, type Reports } from "../rooms/reports.ts";
import { roomsApp } from "../rooms/rooms-app.ts";

type Answer = { readonly value?: unknown; readonly error?: string; readonly message?: string };

interface Dev extends AsyncDisposable {
  readonly cli: CliProcess;
  readonly url: string;
  readonly reports: Reports;
  readonly root: string;
  call(target: string, method: string, request: unknown): Promise<Answer>;
  ticketFor(id: string, more?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Opens a socket with a ticket of its own. */
  open(id: string, query?: PageOptions["query"]): Promise<Page>;
  restart(): Promise<void>;
}

async function startDev(settings?: string): Promise<Dev> {
  const reports = await collectReports();
  const folder = await temporaryFolder(roomsApp(reports.url, settings));
  await linkDependencies(folder.path);
  const args = ["dev", folder.path, "--port", "0", "--data", join(folder.path, ".data")];
  let cli = new CliProcess([...args, "--verbose"]);
  let [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
  const dev: Dev = {
    get cli() {
      return cli;
    },
    get url() {
      return url;
    },
    reports,
    root: folder.path,
    async call(target, method, request) {
      const body = JSON.stringify([target, method, request]);
      return (await (await fetch(`${url}/call`, { method: "POST", body })).json()) as Answer;
    },
    async ticketFor(id, more = {}) {
      const { value } = await dev.call("ticket", "issue", { id, ...more });
      return String(value);
    },
    async open(id, query = {}) {
      return openPage(url, { query: { ticket: await dev.ticketFor(id), ...query } });
    },
    async restart() {
      cli.child.kill("SIGKILL");
      await cli.exited();
      cli = new CliProcess([...args, "--verbose"]);
      [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
    },
    async [Symbol.asyncDispose]() {
      await cli[Symbol.asyncDispose]();
      await reports[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
  return dev;
}

describe("rooms of a dev server", () => {
  test("takes people in by a ticket, and brings them what is sent to their room", async () => {
    await using dev = await startDev();
    const ticket = await dev.ticketFor("ada", { name: "Ada", age: 36, admin: true });
    const ada = await openPage(dev.url, { query: { ticket, join: "chat:lobby" } });
    expect(ada.authorizer).toMatchObject({
      principalId: "ada",
      id: "ada",
      name: "Ada",
      age: "36",
      admin: "true",
    });
    const member = { id: "ada", name: "Ada", age: "36", admin: "true" };
    expect(await dev.call("rooms", "members", { room: "chat:lobby" })).toMatchObject({
      value: [{ id: ada.id, member }],
    });
    expect(await dev.reports.next({ eventName: "JOIN" })).toMatchObject({
      room: "chat:lobby",
      connectionId: ada.id,
      member,
    });
    const ben = await dev.open("ben", { join: "chat:lobby" });
    expect(
      await dev.call("rooms", "send", { room: "chat:lobby", payload: { n: 1 }, except: ben.id }),
    ).toEqual({ value: { members: 1 } });
    expect(await dev.call("rooms", "send", { room: "chat:lobby", payload: { n: 2 } })).toEqual({
      value: { members: 2 },
    });
    expect([await ada.next(), await ada.next()]).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await ben.settled()).toEqual([{ n: 2 }]);
    await ben.close();
    const leave = await dev.reports.next({ eventName: "LEAVE", connectionId: ben.id });
    expect(leave).toMatchObject({ room: "chat:lobby", member: { id: "ben" } });
    expect(await dev.reports.next({ disconnected: ben.id })).toMatchObject({
      authorizer: { principalId: "ben" },
      error: "GoneException",
    });
    // The ticket stands in no line of the terminal.
    expect(dev.cli.output).not.toContain(ticket);
  });

  test("refuses sockets without a valid ticket or session, and runs no function", async () => {
    await using dev = await startDev();
    await expect(openPage(dev.url)).rejects.toThrow("401");
    await expect(openPage(dev.url, { query: { ticket: "forged" } })).rejects.toThrow("401");
    const ticket = await dev.ticketFor("ada");
    const foreign = { origin: "https://evil.example" };
    await expect(openPage(dev.url, { query: { ticket }, headers: foreign })).rejects.toThrow("403");
    // A foreign page has not used it up.
    await openPage(dev.url, { query: { ticket } });
    await expect(openPage(dev.url, { query: { ticket } })).rejects.toThrow("401");
    const login = await fetch(`${dev.url}/login`, {
      method: "POST",
      body: JSON.stringify({ id: "eve" }),
    });
    const [cookie = ""] = login.headers.getSetCookie()[0]?.split(";") ?? [];
    // Without an Origin it is no page, which a cookie is for.
    await expect(openPage(dev.url, { headers: { cookie } })).rejects.toThrow("401");
    const eve = await openPage(dev.url, { headers: { cookie, origin: dev.url } });
    expect(eve.authorizer).toMatchObject({ principalId: "eve" });
    const { output } = dev.cli;
    expect(output.match(/\$connect +101/g)).toHaveLength(2);
    expect(output.match(/START .*ws.connect/gi) ?? []).toHaveLength(0);
  });

  test("closes the sockets of whom it revokes, and lets them in no more", async () => {
    await using dev = await startDev();
    const old = await dev.ticketFor("ada");
    const [one, two, ben] = await Promise.all([dev.open("ada"), dev.open("ada"), dev.open("ben")]);
    await dev.call("rooms", "kick", { id: "ben" });
    expect(await ben.closed).toBe(1000);
    await dev.call("session", "revoke", { id: "ada" });
    expect(await Promise.all([one.closed, two.closed])).toEqual([1000, 1000]);
    await expect(openPage(dev.url, { query: { ticket: old } })).rejects.toThrow("401");
    const later = await dev.open("ada");
    await later.close();
  });

  test("lets joins of a handshake take effect only when it succeeds, within the limits", async () => {
    await using dev = await startDev();
    for (const query of [{ status: "403" }, { fail: "throw" }] as const) {
      const ticket = await dev.ticketFor("ada");
      const refused = openPage(dev.url, { query: { ticket, join: "small", ...query } });
      await expect(refused).rejects.toThrow("status" in query ? "403" : "502");
    }
    const pages = [await dev.open("a", { join: "small" }), await dev.open("b", { join: "small" })];
    await expect(dev.open("c", { join: "small" })).rejects.toThrow("429");
    const { value } = await dev.call("rooms", "members", { room: "small" });
    expect(value).toHaveLength(2);
    const third = await dev.open("c");
    expect(await dev.call("rooms", "join", { room: "small", id: third.id })).toMatchObject({
      error: "LimitExceededException",
    });
    const send = { room: "slow", payload: "x", from: third.id };
    const results = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(() => dev.call("rooms", "send", send)),
    );
    expect(
      results.filter(({ error }) => error === "LimitExceededException").length,
    ).toBeGreaterThan(0);
    expect(await dev.call("rooms", "join", { room: "chatt", id: third.id })).toMatchObject({
      error: "TypeError",
      message: expect.stringContaining('Did you mean "chat"?'),
    });
    expect(await dev.call("rooms", "of", { id: pages[0]?.id })).toEqual({ value: ["small"] });
  });

  test("reports the leaves of a killed server's members when it starts again", async () => {
    await using dev = await startDev();
    const ada = await dev.open("ada", { join: "chat:x" });
    const joined = await dev.reports.next({ eventName: "JOIN" });
    await dev.restart();
    const leave = await dev.reports.next({ eventName: "LEAVE" });
    const { room, connectionId, member, joinedAt } = joined;
    expect(leave).toMatchObject({ room, connectionId, member, joinedAt });
    expect(connectionId).toBe(ada.id);
    expect(await dev.call("rooms", "members", { room: "chat:x" })).toEqual({ value: [] });
  });

  test("lets pages of listed sites connect, and keeps rooms while functions reload", async () => {
    await using dev = await startDev("origins https://www.example.com");
    const page = await openPage(dev.url, {
      headers: { origin: "https://www.example.com" },
      query: { join: "chat" },
    });
    await expect(
      openPage(dev.url, { headers: { origin: "https://evil.example" } }),
    ).rejects.toThrow("403");
    expect(page.authorizer).toBeNull();
    for (const path of ["src/http/post-call/index.mjs", "src/ws/ws-default/index.mjs"]) {
      const seen = dev.cli.output.length;
      const source = await readFile(join(dev.root, path), "utf8");
      await writeFile(join(dev.root, path), `${source}// saved\n`);
      await dev.cli.waitFor(/reloaded/, seen);
    }
    expect(await dev.call("rooms", "of", { id: page.id })).toEqual({ value: ["chat"] });
    await dev.call("rooms", "send", { room: "chat", payload: { n: 1 } });
    expect(await page.next()).toEqual({ n: 1 });
  });
});
