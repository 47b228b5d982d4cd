import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { CliProcess, runCli } from "./helpers/cli-process.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** Packs every published package; resolves with the tarballs. */
async function packAll(destination: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const folder of await readdir(join(root, "packages"))) {
    const content = await readFile(join(root, "packages", folder, "package.json"), "utf8");
    if (!/^ {2}"private": true/m.test(content)) folders.push(`./packages/${folder}`);
  }
  await run(npm, ["pack", ...folders, "--pack-destination", destination, "--loglevel=error"], {
    cwd: root,
  });
  return (await readdir(destination)).map((name) => join(destination, name));
}

test("the packed packages run an app in a folder that knows nothing of this workspace", async () => {
  await using folder = await temporaryFolder();
  const tarballs = join(folder.path, "tarballs");
  const app = join(folder.path, "app");
  await mkdir(tarballs);
  await mkdir(app);
  await run(
    npm,
    [
      "install",
      ...(await packAll(tarballs)),
      "--no-audit",
      "--no-fund",
      "--prefer-offline",
      "--loglevel=error",
    ],
    { cwd: app },
  );

  const bin = join(app, "node_modules/arclet/bundle/bin.js");
  const creator = join(app, "node_modules/create-arclet/bin.js");
  const created = await runCli(["."], { cwd: app, bin: creator });
  expect(created).toMatchObject({ code: 0 });
  expect(await readFile(join(app, ".gitignore"), "utf8")).toContain("node_modules/");

  const checked = await runCli(["check"], { cwd: app, bin });
  expect(checked.output).toContain("No errors found.");

  await using dev = new CliProcess(["dev", "--port", "0"], { cwd: app, bin });
  const [url] = await dev.waitFor(/http:\/\/localhost:\d+/);
  const page = await fetch(url);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const [, webSocketUrl = ""] = /window\.WS_URL = "(.+?)"/.exec(await page.text()) ?? [];
  expect(webSocketUrl).toBe(url.replace("http", "ws"));

  const socket = new WebSocket(webSocketUrl, { origin: url });
  await once(socket, "open");
  const answer = once(socket, "message");
  socket.send(JSON.stringify({ text: "hello" }));
  expect(JSON.parse(String((await answer)[0]))).toEqual({ echo: { text: "hello" } });
  socket.close();
  expect(await dev.interrupt()).toBe(0);
}, 180_000);
