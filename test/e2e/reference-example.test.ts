import { describe, expect, test } from "vitest";
import { launchBrowser } from "../helpers/browser.ts";
import { CliProcess } from "../helpers/cli-process.ts";
import { freePort } from "../helpers/free-port.ts";
import { referenceExample } from "../helpers/reference-example.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

describe("the reference example in Chromium", () => {
  test("renders its page, opens its socket and sends what is typed", async () => {
    const port = await freePort();
    const testing = `ws://localhost:${port}`;
    await using folder = await temporaryFolder(
      referenceExample({ testing, staging: "wss://not.deployed.example" }),
    );
    await using server = new CliProcess(["dev", folder.path, "--port", String(port)]);
    await server.waitFor(/ready in/);
    const browser = await launchBrowser();
    try {
      const page = await browser.context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      const answer = await page.goto(`http://localhost:${port}/`);
      expect(answer?.headers()["content-type"]).toBe("text/html; charset=utf8");
      await page.locator("main", { hasText: /^opened$/ }).waitFor();
      expect(await page.evaluate(() => Reflect.get(window, "WS_URL"))).toBe(testing);
      await page.locator("#line").fill("typed in Chromium");
      await page.locator("#line").press("Enter");
      await server.waitFor(/message \S+ \{"text":"typed in Chromium"\}/);
      await page.close();
      await server.waitFor(/disconnect \S+/);
      expect(complaints).toEqual([]);
      // Its result is a page and no JSON, about which there is nothing to say.
      expect(server.output).not.toContain("statusCode");
    } finally {
      await browser.close();
    }
  });
});
