import { connect } from "@arclet/client";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { CliProcess } from "../helpers/cli-process.ts";
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
});
