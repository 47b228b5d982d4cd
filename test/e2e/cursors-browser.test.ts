import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, picture, type TestBrowser } from "../helpers/browser.ts";
import { CliProcess } from "../helpers/cli-process.ts";

const example = fileURLToPath(new URL("../../examples/cursors", import.meta.url));

describe("the cursors in Chromium", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test("three windows see each other come, point and go", async () => {
    await using server = new CliProcess(["dev", example, "--port", "0"]);
    const [, url = ""] = await server.waitFor(/(http:\/\/localhost:\d+)/);
    const enter = async (): Promise<Page> => {
      const page = await browser.context.newPage();
      await page.goto(url);
      return page;
    };
    const [ada, ben, eve] = [await enter(), await enter(), await enter()];
    for (const page of [ada, ben, eve]) await says(page, "3 people");
    await ada.mouse.move(100, 150);
    for (const page of [ben, eve]) await page.locator("i:visible").waitFor();
    // Whoever points needs no dot of their own.
    expect(await ada.locator("i:visible").count()).toBe(0);
    const { width = 1 } = ada.viewportSize() ?? {};
    const left = await ben.locator("i:visible").evaluate((dot) => dot.style.left);
    expect(Number.parseFloat(left)).toBeCloseTo((100 / width) * 100, 3);
    await picture(ben, "cursors");
    await ada.close();
    for (const page of [ben, eve]) {
      await says(page, "2 people");
      expect(await page.locator("i:visible").count()).toBe(0);
    }
  });
});

function says(page: Page, text: string): Promise<void> {
  return page.locator("p", { hasText: text }).waitFor();
}
