import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { runCli } from "../helpers/cli-process.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";
import { filesOfPage, textOfPage } from "./page-files.ts";
import { nextMessage, startApp } from "./started-app.ts";

const names = readdirSync(join(import.meta.dirname, "../../docs/recipes"));
const apps = names.filter((name) => "app.arc" in filesOfPage(`recipes/${name}`));
const recipe = (name: string): Readonly<Record<string, string>> =>
  filesOfPage(`recipes/${name}.md`);

test.each(apps)("the app of %s has no errors", async (name) => {
  await using folder = await temporaryFolder({
    "package.json": "{}",
    ...filesOfPage(`recipes/${name}`),
  });
  await linkDependencies(folder.path);
  // What a page has its reader write with a command.
  if (textOfPage(`recipes/${name}`).includes("\nnpx arclet init"))
    await runCli(["init"], { cwd: folder.path });
  expect(await runCli(["check"], { cwd: folder.path })).toMatchObject({ code: 0 });
});

describe("recipes", () => {
  test("shared code", async () => {
    await using app = await startApp(recipe("shared-code"));
    expect(await (await fetch(`${app.url}/price/1299`)).text()).toBe("€12.99");
    expect((await fetch(`${app.url}/price/a-lot`)).status).toBe(400);
  });

  test("forms and uploads", async () => {
    await using app = await startApp(recipe("forms"));
    const signUp = await fetch(`${app.url}/signup`, {
      method: "POST",
      body: new URLSearchParams({ email: "ada@example.com" }),
      redirect: "manual",
    });
    expect([signUp.status, signUp.headers.get("location")]).toEqual([
      303,
      "/?thanks=ada%40example.com",
    ]);
    const form = new FormData();
    form.set("file", new Blob([new Uint8Array([0, 255, 254, 10])]), "bytes.bin");
    const upload = await fetch(`${app.url}/upload`, { method: "POST", body: form });
    expect(await upload.text()).toBe("bytes.bin: 4 bytes");
  });

  test("login: a cookie gives a token, and a token opens a socket", async () => {
    await using app = await startApp(recipe("login"));
    const login = await fetch(`${app.url}/login`, {
      method: "POST",
      body: new URLSearchParams({ user: "ada" }),
      redirect: "manual",
    });
    const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await fetch(`${app.url}/socket-token`)).status).toBe(401);
    const token = await (await fetch(`${app.url}/socket-token`, { headers: { cookie } })).text();
    (await app.open(`/?token=${token}`)).close();
    const forged = new WebSocket(`${app.url.replace("http", "ws")}/?token=${token}x`);
    const [request, refusal] = (await once(forged, "unexpected-response")) as [
      { destroy(): void },
      { statusCode: number },
    ];
    expect(refusal.statusCode).toBe(401);
    request.destroy();
  });

  test("send to one person, on every device", async () => {
    await using app = await startApp(recipe("send-to-one"));
    const [ada, phone, grace, other] = await Promise.all(
      ["ada", "ada", "grace", "other"].map((user) => app.open(`/?user=${user}`)),
    );
    let others = 0;
    other?.on("message", () => others++);
    const heard = [ada, phone].map((socket) => nextMessage(socket as WebSocket));
    grace?.send(JSON.stringify({ action: "whisper", to: "ada", text: "hi" }));
    const whisper = { from: "grace", text: "hi" };
    expect(await Promise.all(heard)).toEqual([whisper, whisper]);
    // What "other" would have heard came before this.
    const own = nextMessage(other as WebSocket);
    grace?.send(JSON.stringify({ action: "whisper", to: "other", text: "you too" }));
    expect([await own, others]).toEqual([{ from: "grace", text: "you too" }, 1]);
  });

  test("presence", async () => {
    await using app = await startApp(recipe("presence"));
    const ada = await app.open();
    const alone = nextMessage(ada);
    ada.send(JSON.stringify({ action: "hello", user: "ada" }));
    expect(await alone).toEqual({ here: ["ada"] });
    const both = nextMessage(ada);
    const grace = await app.open();
    grace.send(JSON.stringify({ action: "hello", user: "grace" }));
    expect(await both).toEqual({ here: ["ada", "grace"] });
    const left = nextMessage(ada);
    grace.close();
    expect(await left).toEqual({ here: ["ada"] });
  });

  test("streaming tokens", async () => {
    const model = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const data = (content: string): string =>
        `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
      const text = `${data("Hel")}${data("lö")}data: [DONE]\n\n`;
      // In two pieces, cut within a line.
      response.write(text.slice(0, 70));
      response.end(text.slice(70));
    });
    await once(model.listen(0, "127.0.0.1"), "listening");
    try {
      const { port } = model.address() as AddressInfo;
      const env = `LLM_URL=http://127.0.0.1:${port}\nLLM_KEY=key\nLLM_MODEL=model\n`;
      await using app = await startApp({ ...recipe("stream-tokens"), ".env": env });
      const socket = await app.open();
      const messages: unknown[] = [];
      const done = new Promise<void>((resolve) => {
        socket.on("message", (data: Buffer) => {
          messages.push(JSON.parse(data.toString("utf8")));
          if (data.includes("done")) resolve();
        });
      });
      socket.send(JSON.stringify({ action: "ask", question: "hello?" }));
      await done;
      expect(messages).toEqual([{ token: "Hel" }, { token: "lö" }, { done: true }]);
    } finally {
      model.close();
    }
  });

  test("CORS, the question included", async () => {
    await using app = await startApp(recipe("cors"));
    const ask = (origin: string, method: string): Promise<Response> =>
      fetch(`${app.url}/api/time`, {
        method,
        headers: { origin, "access-control-request-method": "GET" },
      });
    const allowed = await ask("https://example.com", "OPTIONS");
    expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([
      204,
      "https://example.com",
    ]);
    const got = await ask("https://example.com", "GET");
    expect(got.headers.get("access-control-allow-origin")).toBe("https://example.com");
    const foreign = await ask("https://foreign.example", "GET");
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("cron jobs run on demand", async () => {
    await using folder = await temporaryFolder({ "package.json": "{}", ...recipe("cron") });
    const ran = await runCli(["invoke", "scheduled/nightly"], { cwd: folder.path });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.output).toContain("cleaning up, as planned for ");
  });

  test("Hono", async () => {
    await using app = await startApp(recipe("hono"));
    expect(await (await fetch(`${app.url}/api/hello/ada`)).json()).toEqual({ hello: "ada" });
    expect((await fetch(`${app.url}/api/nothing`)).status).toBe(404);
  });

  test("from serverless-offline", async () => {
    await using app = await startApp(recipe("from-serverless-offline"));
    expect(await (await fetch(`${app.url}/cats/tom`)).json()).toEqual({ id: "tom" });
  });
});
