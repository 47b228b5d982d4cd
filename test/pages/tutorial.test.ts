import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { launchBrowser } from "../helpers/browser.ts";
import { runCli } from "../helpers/cli-process.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";
import { stepsOfPage } from "./page-files.ts";
import { nextMessage, startApp } from "./started-app.ts";

const steps = stepsOfPage("tutorial.md");
const packageJson = { "package.json": '{ "type": "module" }' };
const filesAfter = (step: number): Readonly<Record<string, string>> => ({
  ...packageJson,
  ...steps[step - 1]?.files,
});

describe("the tutorial", () => {
  test("has eight steps with code", () => {
    expect(steps.map(({ title }) => title[0])).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
  });

  test.each(steps.map(({ title }, index) => [title, index + 1] as const))(
    "has no errors after %s",
    async (_, step) => {
      await using folder = await temporaryFolder(filesAfter(step));
      await linkDependencies(folder.path);
      expect(await runCli(["check"], { cwd: folder.path })).toMatchObject({ code: 0 });
    },
  );

  test("1: the page answers", async () => {
    await using app = await startApp(filesAfter(1));
    expect(await (await fetch(app.url)).text()).toBe("<h1>Chat</h1>");
  });

  test("2: the socket answers, at the address in the page", async () => {
    await using app = await startApp(filesAfter(2));
    const page = await (await fetch(app.url)).text();
    expect(page).toContain(`window.WS_URL = "${app.url.replace("http", "ws")}"`);
    expect((await fetch(`${app.url}/_static/chat.js`)).status).toBe(200);
    const socket = await app.open();
    const answer = nextMessage(socket);
    socket.send('{"action":"say","text":"hi"}');
    expect(await answer).toEqual({ text: 'You said: {"action":"say","text":"hi"}' });
  });

  test("3 and 4: everybody in a room hears what is said, in its page too", async () => {
    await using app = await startApp(filesAfter(4));
    const [ada, grace] = [await app.open(), await app.open()];
    const first = [nextMessage(ada), nextMessage(grace)];
    ada.send('{"action":"say","text":"hi"}');
    const said = { type: "said", text: "hi" };
    expect(await Promise.all(first)).toEqual([said, said]);
    const joined = nextMessage(grace);
    grace.send('{"action":"join","room":"garden"}');
    expect(await joined).toEqual({ type: "joined", name: "garden" });
    const inGarden = nextMessage(grace);
    ada.send('{"action":"say","text":"in the lobby"}');
    grace.send('{"action":"say","text":"in the garden"}');
    expect(await inGarden).toEqual({ type: "said", text: "in the garden" });
  });

  test("5: two people talk in two windows", async () => {
    await using app = await startApp(filesAfter(5));
    const browsers = [await launchBrowser(), await launchBrowser()];
    try {
      const [ada, grace] = await Promise.all(
        browsers.map(async ({ context }, index) => {
          const page = await context.newPage();
          await page.goto(app.url);
          await page.getByLabel("Your name").fill(["Ada", "Grace"][index] ?? "");
          await page.getByRole("button", { name: "Enter" }).click();
          await page.getByRole("button", { name: "Say" }).waitFor();
          return page;
        }),
      );
      const say = async (page: Page | undefined, text: string): Promise<void> => {
        await page?.locator("[name=text]").fill(text);
        await page?.getByRole("button", { name: "Say" }).click();
      };
      // Hears its own message, so that its socket is open.
      await say(grace, "I am here");
      await grace?.getByText("Grace: I am here").waitFor();
      await say(ada, "hello");
      await grace?.getByText("Ada: hello").waitFor();
      await say(ada, "/join garden");
      await ada?.getByText("Ada joined garden").waitFor();
      expect(await grace?.getByText("joined garden").count()).toBe(0);
    } finally {
      for (const browser of browsers) await browser.close();
    }
  });

  test("5 and 6: its own tests pass", async () => {
    await using folder = await temporaryFolder(filesAfter(6));
    await linkDependencies(folder.path);
    const { stdout } = await promisify(execFile)(process.execPath, ["--test"], {
      cwd: folder.path,
    });
    expect(stdout).toMatch(/pass 3\b/);
  });

  test("8: its hosts are in the template, and the session's cookie is for both", async () => {
    await using folder = await temporaryFolder(filesAfter(8));
    await linkDependencies(folder.path);
    expect(await runCli(["deploy", "--dry-run"], { cwd: folder.path })).toMatchObject({ code: 0 });
    const made = join(folder.path, ".arclet/deploy");
    const files = (await readdir(made, { recursive: true })).filter((name) =>
      name.endsWith(".json"),
    );
    const templates = await Promise.all(files.map((name) => readFile(join(made, name), "utf8")));
    const template = templates.join("\n");
    expect(template).toContain('"chat.example.com"');
    expect(template).toContain('"socket.chat.example.com"');
    expect(template).toContain("Z0123456789ABCDEF");
    expect(template).toMatch(/"ARC_SESSION_DOMAIN": ?"chat\.example\.com"/);

    await using app = await startApp({
      ...filesAfter(8),
      ".env": "ARC_SESSION_DOMAIN=chat.example.com\n",
    });
    const login = await fetch(`${app.url}/enter`, {
      method: "POST",
      body: new URLSearchParams({ name: "Ada" }),
      redirect: "manual",
    });
    expect(login.headers.get("set-cookie")).toMatch(/; Domain=chat\.example\.com(?:;|$)/);
  });
});
