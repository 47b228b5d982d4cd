import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { launchBrowser, type TestBrowser } from "../helpers/browser.ts";
import { runCli } from "../helpers/cli-process.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";
import { filesOfPage, textOfPage } from "./page-files.ts";
import { startApp } from "./started-app.ts";

const names = readdirSync(join(import.meta.dirname, "../../docs/recipes"));
const apps = names.filter((name) => "app.arc" in filesOfPage(`recipes/${name}`));
const recipe = (name: string): Readonly<Record<string, string>> =>
  filesOfPage(`recipes/${name}.md`);

/** Path and query of the addresses that a page has its reader open. */
function addressesIn(name: string): readonly string[] {
  const text = textOfPage(`recipes/${name}.md`);
  const found = Array.from(text.matchAll(/http:\/\/localhost:3333(\/[^\s;,]*)?/g));
  return [...new Set(found.map(([, path = "/"]) => path))];
}

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
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  async function pageAt(url: string): Promise<Page> {
    const page = await browser.context.newPage();
    await page.goto(url);
    return page;
  }

  test("shared code", async () => {
    await using app = await startApp(recipe("shared-code"));
    expect(await (await fetch(app.url + addressesIn("shared-code")[0])).text()).toBe("€12.99");
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
      "/thanks?email=ada%40example.com",
    ]);
    const page = await pageAt(app.url);
    await page.fill("input[name=email]", "ada@example.com");
    await page.getByText("Sign up").click();
    await page.getByText("Thank you, ada@example.com").waitFor();
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
    // As somebody does it.
    const page = await pageAt(app.url);
    await page.getByText("Not logged in").waitFor();
    await page.fill("input[name=user]", "ada");
    await page.getByRole("button").click();
    await page.getByText("Connected", { exact: true }).waitFor();
  });

  test("send to one person, on every device", async () => {
    await using app = await startApp(recipe("send-to-one"));
    const [ofAda = "", ofGrace = ""] = addressesIn("send-to-one");
    const ada = await pageAt(app.url + ofAda);
    const phone = await pageAt(app.url + ofAda);
    const grace = await pageAt(app.url + ofGrace);
    const send = async (page: Page, to: string, text: string): Promise<void> => {
      await page.fill("input[name=to]", to);
      await page.fill("input[name=text]", text);
      await page.getByRole("button").click();
    };
    await Promise.all(
      [grace, ada, phone].map((page) =>
        page.waitForFunction("socket.readyState === WebSocket.OPEN"),
      ),
    );
    await send(grace, "ada", "hi");
    await Promise.all([ada, phone].map((page) => page.getByText("grace: hi").waitFor()));
    // What Grace would have got came before this.
    await send(ada, "grace", "hi yourself");
    await grace.getByText("ada: hi yourself").waitFor();
    expect(await grace.locator("li").count()).toBe(1);
  });

  test("presence", async () => {
    await using app = await startApp(recipe("presence"));
    const [ofAda = "", ofGrace = ""] = addressesIn("presence");
    const ada = await pageAt(app.url + ofAda);
    const grace = await pageAt(app.url + ofGrace);
    await Promise.all([ada, grace].map((page) => page.getByText("Here: ada, grace").waitFor()));
    await grace.close();
    await ada.getByText(/Here: ada$/).waitFor();
    expect(await ada.textContent("output")).toBe("ada");
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
      const page = await pageAt(app.url);
      await page.waitForFunction("socket.readyState === WebSocket.OPEN");
      await page.fill("input[name=question]", "hello?");
      await page.getByRole("button").click();
      await page.getByText("Hellö").waitFor();
      const shown = await page.evaluate("Array.from(output.childNodes, (node) => node.data)");
      expect(shown).toEqual(["Hel", "lö", "\n"]);
    } finally {
      model.close();
    }
  });

  test("CORS, the question included", async () => {
    await using app = await startApp(recipe("cors"));
    const ask = (origin: string, method: string): Promise<Response> =>
      fetch(app.url + addressesIn("cors")[0], {
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
    expect(await (await fetch(app.url + addressesIn("hono")[0])).json()).toEqual({ hello: "ada" });
    expect((await fetch(`${app.url}/api/nothing`)).status).toBe(404);
  });

  test("from serverless-offline", async () => {
    await using app = await startApp(recipe("from-serverless-offline"));
    expect(await (await fetch(app.url + addressesIn("from-serverless-offline")[0])).json()).toEqual(
      { id: "tom" },
    );
  });
});
