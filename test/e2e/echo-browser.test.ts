import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, picture, type TestBrowser } from "../helpers/browser.ts";
import { CliProcess } from "../helpers/cli-process.ts";
import { freePort } from "../helpers/free-port.ts";

const example = fileURLToPath(new URL("../../examples/echo", import.meta.url));

async function start(port: number): Promise<CliProcess> {
  const cli = new CliProcess(["dev", example, "--port", String(port)]);
  await cli.waitFor(/ready in/);
  return cli;
}

describe("the echo app in Chromium", () => {
  let browser: TestBrowser;
  let port: number;
  let server: CliProcess;

  beforeAll(async () => {
    port = await freePort();
    server = await start(port);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await server.interrupt();
  });

  test("sends back what is typed, as text and not as markup", async () => {
    const page = await browser.context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`http://localhost:${port}/`);
    await page.locator("#state", { hasText: /^connected$/ }).waitFor();
    expect(await page.evaluate(() => Reflect.get(window, "WS_URL"))).toBe(`ws://localhost:${port}`);
    await say(page, "hello there");
    await say(page, "<b>bold</b>");
    expect(await page.locator("li b").count()).toBe(0);
    await picture(page, "echo-desktop");
    await page.setViewportSize({ width: 390, height: 844 });
    await picture(page, "echo-phone");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("goes on after a reload", async () => {
    const page = await browser.context.newPage();
    await page.goto(`http://localhost:${port}/`);
    await page.locator("#state", { hasText: /^connected$/ }).waitFor();
    await page.reload();
    await page.locator("#state", { hasText: /^connected$/ }).waitFor();
    await say(page, "after the reload");
    expect(await page.locator("li").count()).toBe(1);
    await page.close();
  });

  test("notices that the server is gone, and comes back with it", async () => {
    const page = await browser.context.newPage();
    await page.goto(`http://localhost:${port}/`);
    await page.locator("#state", { hasText: /^connected$/ }).waitFor();
    expect(await server.interrupt()).toBe(0);
    expect(server.output).toContain("ws/disconnect");
    await page.locator("#state:not(.connected)").waitFor();
    await picture(page, "echo-lost");
    server = await start(port);
    await page.locator("#state", { hasText: /^connected$/ }).waitFor();
    await say(page, "here again");
    await page.close();
  });

  test("a page of a foreign origin gets no socket", async () => {
    const page = await browser.context.newPage();
    await page.route("http://elsewhere.test/", (route) =>
      route.fulfill({ contentType: "text/html", body: "<title>elsewhere</title>" }),
    );
    await page.goto("http://elsewhere.test/");
    const outcome = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url);
          socket.addEventListener("open", () => resolve("open"));
          socket.addEventListener("error", () => resolve("refused"));
        }),
      `ws://localhost:${port}`,
    );
    expect(outcome).toBe("refused");
    await page.close();
  });
});

async function say(page: Page, text: string): Promise<void> {
  await page.locator("input[name=text]").fill(text);
  await page.locator("input[name=text]").press("Enter");
  await page.locator("li", { hasText: text }).first().waitFor();
}
