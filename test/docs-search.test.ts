import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { Page } from "playwright-core";
import { build } from "vitepress";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, type TestBrowser } from "./helpers/browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

function serve(site: string): Server {
  return createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    readFile(join(site, name)).then(
      (content) =>
        response.setHeader("content-type", types[extname(name)] ?? "text/plain").end(content),
      () => response.writeHead(404).end(),
    );
  }).listen(0, "127.0.0.1");
}

describe("the site's search, in Chromium", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: Server;
  let browser: TestBrowser;
  let page: Page;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const site = join(folder.path, "site");
    await build(join(import.meta.dirname, "../docs"), { outDir: site });
    server = serve(site);
    await once(server, "listening");
    browser = await launchBrowser();
    page = await browser.context.newPage();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
    await folder[Symbol.asyncDispose]();
  });

  // What a newcomer types, and a page that has to be among the first five results.
  test.each([
    ["broadcast", /\/(?:rooms|functions)\.html/],
    ["login", /\/(?:auth|recipes\/login)\.html/],
    ["cors", /\/recipes\/cors\.html/],
    ["deploy", /\/deploy\.html/],
    ["rooms", /\/rooms\.html/],
    ["env", /\/(?:cli|deploy|functions|manifest)\.html/],
    ["domain", /\/(?:manifest|deploy|tutorial)\.html/],
    ["typescript", /\/typescript\.html/],
    ["upload", /\/recipes\/forms\.html/],
    ["cron", /\/(?:recipes\/cron|manifest)\.html/],
    ["cookie", /\/(?:auth|recipes\/login)\.html/],
    ["debug", /\/(?:recipes\/vscode|execution)\.html/],
    ["python", /\/recipes\/python\.html/],
    ["test", /\/testing\.html/],
  ])("finds %j", async (word, expected) => {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.locator("button.DocSearch-Button, .VPNavBarSearch button").first().click();
    await page.locator(".VPLocalSearchBox input").fill(word);
    await page.locator(".VPLocalSearchBox a.result").first().waitFor();
    const found = await page
      .locator(".VPLocalSearchBox a.result")
      .evaluateAll((results) => results.map((result) => result.getAttribute("href") ?? ""));
    const first = found.slice(0, 5);
    expect(first).toContainEqual(expect.stringMatching(expected));

    const link = page.locator(`.VPLocalSearchBox a.result`).first();
    await link.click();
    await page.waitForURL((url) => `${url.pathname}${url.hash}` === first[0]);
    await page.locator("main h1").first().waitFor();
  });
});
