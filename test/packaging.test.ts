import { once } from "node:events";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { installInto, installNewApp } from "../bench/install.mjs";
import { CliProcess, runCli } from "./helpers/cli-process.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

test("the packed packages run a new app in a folder that knows nothing of this workspace", async () => {
  await using folder = await temporaryFolder();
  const { app, megabytes, packages, tarballs } = await installNewApp(folder.path);
  expect(megabytes).toBeLessThanOrEqual(40);
  expect(packages).toBeLessThanOrEqual(60);
  const bin = join(app, "node_modules/arclet/bundle/bin.js");
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

  // The AWS clients come with a package that only those who deploy need.
  expect(await runCli(["deploy", "--dry-run"], { cwd: app, bin })).toMatchObject({ code: 0 });
  const mistaken = await runCli(["deploy", "--bogus"], { cwd: app, bin });
  expect(mistaken.output).toContain("--bogus");
  expect(mistaken.output).not.toContain("@arclet/deploy");
  const refused = await runCli(["deploy"], { cwd: app, bin });
  expect(refused.code).toBe(1);
  expect(refused.output).toMatch(/npm install --save-dev @arclet\/deploy@\^\d/);
  const content = JSON.parse(await readFile(join(app, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  // As a global one, or one of npx: it knows nothing of what the app has.
  const elsewhere = join(folder.path, "elsewhere");
  await cp(join(app, "node_modules"), join(elsewhere, "node_modules"), { recursive: true });
  content.devDependencies["@arclet/deploy"] = "*";
  await installInto(app, content, tarballs);
  const env = {
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    AWS_ACCESS_KEY_ID: "",
    AWS_PROFILE: "none",
  };
  const asked = await runCli(["info", "--region", "eu-west-1"], { cwd: app, bin, env });
  expect(asked.code).toBe(1);
  expect(asked.output).not.toContain("@arclet/deploy");
  expect(asked.output).toContain("none");
  const strange = join(elsewhere, "node_modules/arclet/bundle/bin.js");
  const bare = { cwd: join(folder.path, "bare"), bin: strange, env };
  await mkdir(bare.cwd);
  await writeFile(join(bare.cwd, "app.arc"), "@app\nbare\n");
  const both = /npm install --save-dev arclet@\^\S+ @arclet\/deploy@\^/;
  expect((await runCli(["info"], bare)).output).toMatch(both);
  const others = ["info", "--region", "eu-west-1"];
  expect(await runCli(others, { cwd: app, bin: strange, env })).toEqual(asked);
}, 180_000);
