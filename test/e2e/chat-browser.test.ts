import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser, picture, type TestBrowser } from "../helpers/browser.ts";
import { CliProcess } from "../helpers/cli-process.ts";
import { freePort } from "../helpers/free-port.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const example = fileURLToPath(new URL("../../examples/chat", import.meta.url));

describe("the chat in Chromium", () => {
  let browser: TestBrowser;
  let data: Awaited<ReturnType<typeof temporaryFolder>>;
  let port: number;
  let server: CliProcess;

  async function start(): Promise<void> {
    server = new CliProcess(["dev", example, "--port", String(port), "--data", data.path]);
    await server.waitFor(/ready in/);
  }

  /** A window of its own, of somebody who has just come into a room. */
  async function enter(name: string, room = "lobby", given?: Page): Promise<Page> {
    const page = given ?? (await browser.context.newPage());
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`http://localhost:${port}/#${room}`);
    await page.locator("#name").fill(name);
    await page.locator("#name").press("Enter");
    await page.locator("body.connected").waitFor();
    return page;
  }

  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  beforeEach(async () => {
    complaints.length = 0;
    data = await temporaryFolder();
    port = await freePort();
    await start();
  });

  afterEach(async () => {
    for (const page of browser.context.pages()) await page.close();
    await server.interrupt();
    await data[Symbol.asyncDispose]();
    if (complaints.length > 0) throw new Error(`The page's errors: ${complaints.join("; ")}`);
  });

  afterAll(() => browser.close());

  test("brings what one says to the other, and shows who is there", async () => {
    const ada = await enter("Ada Lovelace");
    await people(ada, ["Ada Lovelace (you)"]);
    await ada.locator("#empty").waitFor();
    const ben = await enter("Ben");
    await people(ada, ["Ada Lovelace (you)", "Ben"]);
    await people(ben, ["Ada Lovelace", "Ben (you)"]);

    await say(ada, "Good morning! Who is in for the Analytical Engine tonight?");
    await say(ada, "I bring the punched cards.");
    await lines(ben, 2);
    await say(ben, "Me. <b>Bold</b> plans, though:\nit has no power supply 🙂");
    await lines(ada, 3);
    expect(await ada.locator("#log b b").count()).toBe(0);
    expect(await ada.locator("#log li.own").count()).toBe(2);
    expect(await ben.locator("#log li.own").count()).toBe(1);
    expect(await ben.locator("#log li.together").count()).toBe(1);

    await picture(ada, "chat-desktop");
    await ben.emulateMedia({ colorScheme: "dark" });
    await ben.setViewportSize({ width: 390, height: 844 });
    await picture(ben, "chat-phone");
    await ben.locator("#menu").click();
    await ben.locator("#side.open").waitFor();
    await ben.locator("#people li").first().waitFor({ state: "visible" });
    await picture(ben, "chat-phone-menu");

    await ben.close();
    await people(ada, ["Ada Lovelace (you)"]);
  });

  test("keeps rooms apart", async () => {
    const ada = await enter("Ada");
    const ben = await enter("Ben");
    await people(ada, ["Ada (you)", "Ben"]);
    await ben.locator("#menu").waitFor({ state: "hidden" });
    await ben.locator("#new-room input").fill("The Kitchen!");
    await ben.locator("#new-room input").press("Enter");
    await people(ben, ["Ben (you)"]);
    expect(await ben.locator("#room").textContent()).toBe("the-kitchen");
    await people(ada, ["Ada (you)"]);
    await say(ben, "Nobody hears this");
    await lines(ben, 1);
    await say(ada, "Nor this");
    await lines(ada, 1);
    await ben.locator("#rooms a", { hasText: "lobby" }).click();
    await people(ben, ["Ada", "Ben (you)"]);
    await lines(ben, 1);
    expect(await ben.locator("#log .text").allTextContents()).toEqual(["Nor this"]);
  });

  test("pages through a long history, and stays where the reader is", async () => {
    const ada = await enter("Ada");
    await ada.setViewportSize({ width: 800, height: 500 });
    for (let number = 1; number <= 35; number++) {
      await say(ada, `line ${number}`);
      await lines(ada, number);
    }
    await ada.reload();
    await lines(ada, 30);
    const top = ada.locator("#log li", { hasText: /line 6$/ });
    await ada.locator("#scroll").evaluate((scroll) => scroll.scrollTo(0, 0));
    const before = await top.boundingBox();
    await ada.locator("#earlier").click();
    await lines(ada, 35);
    expect(await ada.locator("#earlier").isHidden()).toBe(true);
    const after = await top.boundingBox();
    // The button went, and the day's name moved up: a few rows' height, not five lines'.
    expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(100);
    expect(await ada.locator("#log .text").first().textContent()).toBe("line 1");
  });

  test("has its history after a restart, and comes back by itself", async () => {
    const ada = await enter("Ada");
    await say(ada, "Before the restart");
    await lines(ada, 1);
    expect(await server.interrupt()).toBe(0);
    await ada.locator("#state", { hasText: "Reconnecting" }).waitFor();
    await start();
    await ada.locator("body.connected").waitFor();
    await say(ada, "After it");
    await lines(ada, 2);
    const ben = await enter("Ben");
    await lines(ben, 2);
    expect(await ben.locator("#log .text").allTextContents()).toEqual([
      "Before the restart",
      "After it",
    ]);
  });

  test("notices who went while nobody could tell it", async () => {
    const ada = await enter("Ada");
    const ben = await enter("Ben");
    await people(ada, ["Ada (you)", "Ben"]);
    // No $disconnect runs for anyone: the server knows of them when it starts again.
    server.child.kill("SIGKILL");
    await server.exited();
    await ben.close();
    await start();
    await ada.locator("body.connected").waitFor();
    await people(ada, ["Ada (you)"]);
    expect(await ada.locator("#count").textContent()).toBe("Only you");
  });

  test("shows an own line as pending until the app has answered, and what it does not take", async () => {
    const ada = await enter("Ada");
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The network keeps Ben's line back.
    const page = await browser.context.newPage();
    await page.routeWebSocket(/ticket=/, (socket) => {
      const app = socket.connectToServer();
      socket.onMessage(async (message) => {
        if (String(message).includes('"say"')) await held;
        app.send(message);
      });
    });
    const ben = await enter("Ben", "lobby", page);
    await people(ada, ["Ada (you)", "Ben"]);
    await say(ben, "On its way");
    await ben.locator("#log li.own.pending .text", { hasText: "On its way" }).waitFor();
    expect(await ada.locator("#log li").count()).toBe(0);
    release();
    await lines(ben, 1);
    await lines(ada, 1);
    expect(await ben.locator("#log li.pending").count()).toBe(0);

    // What the app refuses comes back into the field, with the reason.
    await ben.locator("#say textarea").evaluate((field) => field.removeAttribute("maxlength"));
    await say(ben, "x".repeat(1001));
    await ben.locator("#refused", { hasText: "has more than 1000 characters" }).waitFor();
    expect(await ben.locator("#say textarea").inputValue()).toHaveLength(1001);
    expect(await ben.locator("#log li.pending").count()).toBe(0);
  });

  test.each(["light", "dark"] as const)(
    "has text with enough contrast, %s",
    async (colorScheme) => {
      const ada = await enter("Ada Lovelace");
      const ben = await enter("Ben");
      await ada.emulateMedia({ colorScheme });
      await say(ben, "Good morning");
      await lines(ada, 1);
      await say(ada, "Good morning!");
      await lines(ada, 2);
      await people(ada, ["Ada Lovelace (you)", "Ben"]);
      // Every hue that a portrait can have, a line on its way, and what appears in trouble.
      await ada.evaluate(() => {
        const portrait = document.querySelector("#people .portrait");
        for (let hue = 0; hue < 360; hue += 10) {
          const other = portrait?.cloneNode(true) as HTMLElement;
          other.style.setProperty("--hue", String(hue));
          portrait?.after(other);
        }
        const own = document.querySelector("#log li.own");
        const pending = own?.cloneNode(true) as HTMLElement;
        pending.classList.add("pending");
        own?.after(pending);
        for (const id of ["state", "refused", "empty", "earlier"]) {
          const trouble = document.getElementById(id);
          trouble?.removeAttribute("hidden");
          trouble?.append("Some words");
        }
      });
      const found = await ada.evaluate(contrasts);
      expect(found.length).toBeGreaterThan(40);
      // WCAG 2.2, level AA
      expect(found.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
    },
  );

  test("has an icon", async () => {
    const ada = await enter("Ada");
    const href = await ada.locator("link[rel=icon]").getAttribute("href");
    const icon = await ada.request.get(new URL(href ?? "", ada.url()).href);
    expect(icon.headers()["content-type"]).toMatch("image/svg+xml");
  });
});

async function say(page: Page, text: string): Promise<void> {
  await page.locator("#say textarea").fill(text);
  await page.locator("#say textarea").press("Enter");
}

/** Waits until there are this many lines in the log. */
async function lines(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.querySelectorAll("#log li:not(.day, .pending)").length === wanted,
    count,
  );
}

/** Waits until these people are shown, in this order. */
async function people(page: Page, names: readonly string[]): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      JSON.stringify(
        Array.from(
          document.querySelectorAll("#people li > span:last-child"),
          (each) => each.textContent,
        ),
      ) === wanted,
    JSON.stringify(names),
  );
}

/** Runs in the page: the ratio of each visible text to what is behind it, and of placeholders. */
function contrasts(): { readonly text: string; readonly ratio: number }[] {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (canvas === null) throw new Error("no canvas");
  /** What these colors, one over the other, look like. */
  const luminance = (colors: readonly string[]): number => {
    for (const color of colors) {
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [red = 0, green = 0, blue = 0] = Array.from(
      canvas.getImageData(0, 0, 1, 1).data,
      (value) => (value / 255 <= 0.04045 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4),
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: Element | null): string[] =>
    element === null
      ? []
      : [...behind(element.parentElement), getComputedStyle(element).backgroundColor];
  return Array.from(document.querySelectorAll("body *"), (element) => {
    const placeholder = element.getAttribute("placeholder");
    const texts = Array.from(element.childNodes, (node) =>
      node.nodeType === Node.TEXT_NODE ? (node.textContent ?? "").trim() : "",
    );
    const text = placeholder ?? texts.join("");
    if (text === "" || !element.checkVisibility({ visibilityProperty: true })) return [];
    const { color } = getComputedStyle(element, placeholder === null ? null : "::placeholder");
    const colors = behind(element);
    const back = luminance(colors);
    const front = luminance([...colors, color]);
    const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
    return [{ text, ratio }];
  }).flat();
}
