import { connect } from "@arclet/client";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { launchBrowser } from "../helpers/browser.ts";
import { CliProcess } from "../helpers/cli-process.ts";
import { openNetwork } from "../helpers/network.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";

const manifest = `@app
talk

@ws
say
  response true
shout
`;

const handler = `import { action, ActionError, ws } from "@arclet/functions";

export const handler = action(async ({ text }, event) => {
  if (text === "") throw new ActionError("EMPTY", "Say something");
  await ws.send({ id: event.requestContext.connectionId, payload: { type: "said", text } });
  return { length: text.length, responses: process.env.ARC_WS_RESPONSES ?? null };
});
`;

describe("the client and an app that runs here", () => {
  test("gets answers of actions with and without response true, errors and messages", async () => {
    await using folder = await temporaryFolder({
      ".arc": manifest,
      "src/ws/say/index.mjs": handler,
      "src/ws/shout/index.mjs": handler,
      "src/ws/connect/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
      "src/ws/default/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
      "src/ws/disconnect/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
    });
    await linkDependencies(folder.path);
    await using dev = new CliProcess(["dev", "--port", "0"], { cwd: folder.path });
    const [url] = await dev.waitFor(/http:\/\/localhost:\d+/);

    const app = connect(url.replace("http", "ws"), {
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    });
    try {
      const said = new Promise((resolve) => app.on("said", resolve));
      expect(await app["say"]?.({ text: "hi" })).toEqual({ length: 2, responses: "say" });
      expect(await said).toEqual({ type: "said", text: "hi" });
      expect(await app["shout"]?.({ text: "hello" })).toEqual({ length: 5, responses: null });
      await expect(app.call("say", { text: "" })).rejects.toMatchObject({
        code: "EMPTY",
        message: "Say something",
      });
      const gateway = new Promise((resolve) => app.on("gateway", resolve));
      await app.send("nobody");
      // It reaches $default, which answers nobody.
      await app.send("say", { text: null });
      expect(await Promise.race([gateway, app.call("shout", { text: "!" })])).toEqual({
        length: 1,
        responses: null,
      });
    } finally {
      app.close();
    }
    expect(await dev.interrupt()).toBe(0);
  });

  test("runs in a page without a build, which loses its network and comes back", async () => {
    await using folder = await temporaryFolder({
      ".arc": "@app\ntalk\n\n@ws\nsay\n  response true\n\n@static\n",
      "src/ws/say/index.mjs": `import { action } from "@arclet/functions";
export const handler = action(async ({ text }) => ({ text }));
`,
      "src/ws/connect/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
      "src/ws/default/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
      "src/ws/disconnect/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
      "public/index.html": `<!doctype html>
<title>Talk</title>
<link rel="icon" href="data:," />
<script src="/_arclet/env.js"></script>
<script type="module">
  import { connect } from "/_arclet/client.js";
  const app = (window.app = connect());
  const log = (window.log = []);
  app.on("status", (status) => log.push(status));
  app.on("resumed", () => log.push("resumed"));
  window.say = (text) => app.say({ text }).then(({ text }) => text, ({ code }) => code);
  document.body.dataset.ready = "yes";
</script>
`,
    });
    await linkDependencies(folder.path);
    await using dev = new CliProcess(["dev", "--port", "0"], { cwd: folder.path });
    const [url] = await dev.waitFor(/http:\/\/localhost:\d+/);
    await using network = await openNetwork(Number(new URL(url).port));
    const browser = await launchBrowser();
    try {
      const page = await browser.context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(`http://localhost:${network.port}`);
      await page.locator("body[data-ready]").waitFor({ state: "attached" });
      expect(await page.evaluate('say("hi")')).toBe("hi");

      await page.evaluate("app.on('status', (status) => (document.body.dataset.status = status))");
      await page.evaluate("log.length = 0");
      await browser.context.setOffline(true);
      network.cut();
      await page.locator("body[data-status=waiting]").waitFor({ state: "attached" });
      const saying = page.evaluate('say("back")');
      network.heal();
      await browser.context.setOffline(false);
      expect(await saying).toBe("back");
      expect(await page.evaluate("log.includes('waiting') && log.at(-1) === 'resumed'")).toBe(true);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
    expect(await dev.interrupt()).toBe(0);
  });
});
