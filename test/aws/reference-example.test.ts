import { once } from "node:events";
import { destroyApp } from "@arclet/deploy";
import { expect, test } from "vitest";
import { referenceExample } from "../helpers/reference-example.ts";
import { connect, createAppFolder, deploy, get, projectOf } from "./deployment.ts";

test("the reference example runs as deployed, once its author filled in the socket's URL", async () => {
  const testing = "ws://localhost:3333";
  await using folder = await createAppFolder(
    referenceExample({ testing, staging: "wss://fixme.example" }),
  );
  const { root, write } = folder;
  // Its functions are CommonJS, as in a folder without a package.json.
  await write("package.json", "{}");
  const first = await deploy(root);
  const url = first.result.webSocketUrl ?? "";
  const { "src/http/get-index/socket-url.js": filledIn = "" } = referenceExample({
    testing,
    staging: url,
  });
  await write("src/http/get-index/socket-url.js", filledIn);
  const { result } = await deploy(root);
  // The address outlives a deploy, or nobody could fill it in.
  expect(result.webSocketUrl).toBe(url);

  const page = await get(result.httpUrl ?? "");
  expect(page).toMatchObject({
    status: 200,
    headers: { "content-type": "text/html; charset=utf8" },
  });
  expect(page.body).toContain(`window.WS_URL = '${url}'`);
  const [, source = ""] = /src=\/(\S+?)>/.exec(page.body) ?? [];
  const module = await get(`${result.httpUrl}/${source}`);
  expect(module).toMatchObject({
    status: 200,
    headers: { "content-type": "text/javascript; charset=utf-8" },
  });
  expect(module.body).toContain("new WebSocket(window.WS_URL)");

  // A page that no function writes learns the address too.
  expect(await get(`${result.httpUrl}/_arclet/env.js`)).toMatchObject({
    status: 200,
    body: `window.WS_URL = ${JSON.stringify(url)};\n`,
  });

  const socket = connect(url, new URL(result.httpUrl ?? "").origin);
  await once(socket, "open");
  const failures: unknown[] = [];
  socket.on("message", (data) => failures.push(data));
  socket.send(JSON.stringify({ text: "hello" }));
  socket.close();
  await once(socket, "close");
  expect(failures).toEqual([]);

  const { manifest } = await projectOf(root);
  await destroyApp({ manifest, stage: "staging", name: null, force: true }, { report: () => {} });
});
