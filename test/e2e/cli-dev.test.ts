import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { open, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { freePort } from "../helpers/free-port.ts";
import { holdPort } from "../helpers/held-port.ts";
import { linkDependencies, temporaryFolder, writeTree } from "../helpers/temporary-folder.ts";

const manifest = "@app\nlive\n\n@ws\n\n@http\nget /\n";
const respond = (text: string): string =>
  `exports.handler = async () => ({ statusCode: 200, body: ${JSON.stringify(text)} });\n`;
const echo = (prefix: string): string => `const { ws } = require("@arclet/functions");
exports.handler = async (event) => {
  await ws.send({ id: event.requestContext.connectionId, payload: ${JSON.stringify(prefix)} + event.body });
  return { statusCode: 200 };
};
`;
const app = {
  ".arc": manifest,
  "src/http/get-index/index.js": respond("one"),
  "src/ws/ws-connect/index.js": respond(""),
  "src/ws/ws-default/index.js": echo("first:"),
  "src/ws/ws-disconnect/index.js":
    'exports.handler = async (event) => { console.log("bye", event.requestContext.connectionId); };\n',
};

/** Starts `arclet dev` on a random port and waits until it says where it is. */
async function dev(
  root: string,
  ...flags: readonly string[]
): Promise<{ cli: CliProcess; url: string; port: number } & AsyncDisposable> {
  await linkDependencies(root);
  const cli = new CliProcess(["dev", root, "--port", "0", ...flags]);
  const [, url = "", port = ""] = await cli.waitFor(/(http:\/\/localhost:(\d+))/);
  // The banner is written at once; its last route tells that the watcher runs.
  return { cli, url, port: Number(port), [Symbol.asyncDispose]: () => cli[Symbol.asyncDispose]() };
}

async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace("http", "ws"));
  await once(socket, "open");
  return socket;
}

async function exchange(socket: WebSocket, text: string): Promise<string> {
  const answer = once(socket, "message");
  socket.send(text);
  const [data]: unknown[] = await answer;
  return String(data);
}

/** Saves a file and waits until dev says that it took it. */
async function save(cli: CliProcess, file: string, text: string, said: RegExp): Promise<void> {
  const from = cli.output.length;
  await writeFile(file, text);
  await cli.waitFor(said, from);
}

describe("arclet dev", () => {
  test("serves routes, static files and sockets on one port, and tells each", async () => {
    await using folder = await temporaryFolder({ ...app, "public/hello.txt": "static" });
    await using running = await dev(folder.path);
    expect(await (await fetch(`${running.url}/`)).text()).toBe("one");
    expect(await (await fetch(`${running.url}/_static/hello.txt`)).text()).toBe("static");
    expect(await (await fetch(`${running.url}/hello.txt`)).text()).toBe("static");
    const socket = await openSocket(running.url);
    expect(await exchange(socket, "hi")).toBe("first:hi");
    socket.terminate();
    await running.cli.waitFor(/GET\s+\/\s+200\s+[\d.]+ m?s/);
    await running.cli.waitFor(/WS\s+\$connect\s+101/);
    await running.cli.waitFor(/WS\s+\$default\s+ok/);
    await running.cli.waitFor(/ws\/disconnect │ bye/);
  });

  test("--verbose shows Lambda's own lines around a function's", async () => {
    await using folder = await temporaryFolder({
      ...app,
      "src/http/get-index/index.js":
        'exports.handler = async () => { console.log("hello"); return { body: "one" }; };\n',
    });
    await using running = await dev(folder.path, "--verbose");
    expect((await fetch(`${running.url}/`)).status).toBe(200);
    const [report] = await running.cli.waitFor(/http\/get-index │ REPORT .*/);
    const [, requestId = ""] = /RequestId: (\S+)/.exec(report) ?? [];
    expect(report).toMatch(
      /Duration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 1152 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms$/,
    );
    const lines = running.cli.output.split("\n").filter((line) => line.includes("get-index │"));
    expect(lines.map((line) => line.slice(line.indexOf("│") + 2))).toEqual([
      `START RequestId: ${requestId} Version: $LATEST`,
      "hello",
      `END RequestId: ${requestId}`,
      expect.stringContaining("REPORT"),
    ]);
  });

  test("a result without statusCode is a JSON page, reported once until the next reload", async () => {
    const file = "src/http/get-index/index.js";
    const cats = (count: number): string => `exports.handler = async () => ({ cats: ${count} });\n`;
    await using folder = await temporaryFolder({ ...app, [file]: cats(1) });
    await using running = await dev(folder.path);
    const hints = (): number => running.cli.output.split("returned no statusCode").length - 1;
    await fetch(running.url);
    expect(await (await fetch(running.url)).json()).toEqual({ cats: 1 });
    await running.cli.waitFor(/http\/get-index returned no statusCode: .* JSON page/);
    expect(hints()).toBe(1);
    await save(running.cli, join(folder.path, file), cats(2), /reloaded/);
    expect(await (await fetch(running.url)).json()).toEqual({ cats: 2 });
    await running.cli.waitFor(/reloaded[^]*returned no statusCode/);
    expect(hints()).toBe(2);
  });

  test("a function with logFormat JSON logs objects, Lambda's own lines too", async () => {
    await using folder = await temporaryFolder({
      ...app,
      "src/http/get-index/config.arc": "@aws\nlogFormat JSON\napplicationLogLevel WARN\n",
      "src/http/get-index/index.js":
        'exports.handler = async () => { console.log("not told"); console.warn({ told: true }); return { body: "one" }; };\n',
    });
    await using running = await dev(folder.path, "--verbose");
    expect((await fetch(`${running.url}/`)).status).toBe(200);
    await running.cli.waitFor(/platform\.report.*\n/);
    const lines = running.cli.output.split("\n").filter((line) => line.includes("get-index │"));
    const [start, told, report, ...more] = lines.map(
      (line) => JSON.parse(line.slice(line.indexOf("│") + 2)) as Record<string, unknown>,
    );
    expect(start).toMatchObject({ type: "platform.start", record: { version: "$LATEST" } });
    expect(told).toMatchObject({ level: "WARN", message: { told: true } });
    expect(report).toMatchObject({
      type: "platform.report",
      record: {
        requestId: told?.["requestId"],
        metrics: {
          memorySizeMB: 1152,
          maxMemoryUsedMB: expect.any(Number),
          initDurationMs: expect.any(Number),
        },
        status: "success",
      },
    });
    expect(more).toEqual([]);
  });

  test("a saved function answers the next message on the same socket", async () => {
    await using folder = await temporaryFolder(app);
    await using running = await dev(folder.path);
    const socket = await openSocket(running.url);
    expect(await exchange(socket, "hi")).toBe("first:hi");
    const file = join(folder.path, "src/ws/ws-default/index.js");
    await save(running.cli, file, echo("second:"), /reloaded ws\/default/);
    expect(await exchange(socket, "hi")).toBe("second:hi");
    socket.terminate();
  });

  test("a save that does not build shows the place, and the last good code runs on", async () => {
    await using folder = await temporaryFolder(app);
    await using running = await dev(folder.path);
    const file = join(folder.path, "src/http/get-index/index.js");
    await save(
      running.cli,
      file,
      "exports.handler = async () => {\n  const = 1;\n};\n",
      /the previous version keeps running/,
    );
    expect(running.cli.output).toMatch(/src\/http\/get-index\/index\.js:2:\d+: error/);
    expect(await (await fetch(`${running.url}/`)).text()).toBe("one");
    await save(running.cli, file, respond("two"), /reloaded http\/get-index/);
    expect(await (await fetch(`${running.url}/`)).text()).toBe("two");
  });

  test("manifest edits add and remove routes while a socket stays open", async () => {
    await using folder = await temporaryFolder({
      ...app,
      "src/http/get-cats/index.js": respond("cats"),
    });
    await using running = await dev(folder.path);
    const socket = await openSocket(running.url);
    expect((await fetch(`${running.url}/cats`)).status).toBe(404);
    const file = join(folder.path, ".arc");
    await save(running.cli, file, `${manifest}get /cats\n`, /reloaded \+ http\/get-cats/);
    expect(await (await fetch(`${running.url}/cats`)).text()).toBe("cats");
    await save(running.cli, file, manifest, /reloaded - http\/get-cats/);
    expect((await fetch(`${running.url}/cats`)).status).toBe(404);
    expect(await exchange(socket, "still here")).toBe("first:still here");
    socket.terminate();
  });

  test("a manifest with errors is told and changes nothing", async () => {
    await using folder = await temporaryFolder(app);
    await using running = await dev(folder.path);
    await save(running.cli, join(folder.path, ".arc"), "@app\n9lives\n", /manifest: not reloaded/);
    expect(running.cli.output).toMatch(/\.arc:2:1: error/);
    expect(await (await fetch(`${running.url}/`)).text()).toBe("one");
  });

  test("variables of .env reach the functions, live, and are never printed", async () => {
    await using folder = await temporaryFolder({
      ...app,
      ".env": "SECRET=swordfish\n",
      "src/http/get-index/index.js":
        "exports.handler = async () => ({ statusCode: 200, body: process.env.SECRET + process.env.ARC_ENV + process.env.ARC_APP_NAME });\n",
    });
    await using running = await dev(folder.path, "--verbose");
    expect(await (await fetch(`${running.url}/`)).text()).toBe("swordfishtestinglive");
    await save(running.cli, join(folder.path, ".env"), "SECRET=marlin\n", /reloaded/);
    expect(await (await fetch(`${running.url}/`)).text()).toBe("marlintestinglive");
    expect(running.cli.output).not.toMatch(/swordfish|marlin/);
  });

  test("functions are told the port that was really taken", async () => {
    await using folder = await temporaryFolder({
      ...app,
      "src/http/get-index/index.js":
        "exports.handler = async () => ({ statusCode: 200, body: process.env.ARC_WSS_URL });\n",
    });
    await using running = await dev(folder.path);
    expect(await (await fetch(`${running.url}/`)).text()).toBe(`ws://localhost:${running.port}`);
  });

  test("Ctrl-C tells open sockets and runs ws-disconnect for each", async () => {
    await using folder = await temporaryFolder(app);
    await using running = await dev(folder.path);
    const sockets = await Promise.all([openSocket(running.url), openSocket(running.url)]);
    const closes = sockets.map((socket) => once(socket, "close"));
    expect(await running.cli.interrupt()).toBe(0);
    for (const close of closes) expect((await close)[0]).toBe(1001);
    expect(running.cli.output.match(/ws\/disconnect │ bye/g)).toHaveLength(2);
  });

  test("Ctrl-C during the first build ends quietly, as interrupted", async () => {
    await using folder = await temporaryFolder({
      ...app,
      "src/http/get-index/index.js": 'module.exports = require("../../../lib/slow.js");\n',
      "lib/other.js": "",
    });
    await linkDependencies(folder.path);
    const pipe = join(folder.path, "lib/slow.js");
    await promisify(execFile)("mkfifo", [pipe]);
    // A terminal interrupts all that run in it: the bundler, which is another process, as well.
    await using cli = new CliProcess(["dev", folder.path, "--port", "0"], { isGroup: true });
    // Opens once the bundler reads from the other end, and waits there.
    const held = await open(pipe, "w");
    expect(await cli.interrupt()).toBe(130);
    await held.close();
    expect(cli.output).toBe("");
  });

  test("Ctrl-C in a terminal, which the bundler hears too, ends as quietly as ever", async () => {
    await using folder = await temporaryFolder(app);
    await linkDependencies(folder.path);
    await using cli = new CliProcess(["dev", folder.path, "--port", "0", "-q"], { isGroup: true });
    await cli.waitFor(/http:\/\/localhost:\d+/);
    expect(await cli.interrupt()).toBe(0);
    expect(cli.output).toMatch(/^http:\/\/localhost:\d+\n$/);
  });

  test("an error of a function is shown with its place in the source", async () => {
    await using folder = await temporaryFolder({
      ...app,
      "src/http/get-index/index.ts":
        'interface Cat { name: string }\n\nexport const handler = async (): Promise<Cat> => {\n  throw new RangeError("nine lives");\n};\n',
    });
    await rm(join(folder.path, "src/http/get-index/index.js"));
    await using running = await dev(folder.path);
    expect((await fetch(`${running.url}/`)).status).toBe(500);
    await running.cli.waitFor(/http\/get-index {2}RangeError: nine lives/);
    await running.cli.waitFor(/> 4 │ {3}throw new RangeError\("nine lives"\);/);
    await running.cli.waitFor(/at .*src\/http\/get-index\/index\.ts:4:\d+/);
  });

  test("--quiet says the URL and nothing of what goes well", async () => {
    await using folder = await temporaryFolder(app);
    await using running = await dev(folder.path, "--quiet");
    await fetch(`${running.url}/`);
    await running.cli.interrupt();
    expect(running.cli.stdout).toBe(`${running.url}\n`);
  });

  test("a function that ends its parent is not taken for a Ctrl-C", async () => {
    await using folder = await temporaryFolder({
      ...app,
      "src/http/get-index/index.js":
        "exports.handler = async () => { process.kill(process.ppid); return { statusCode: 200 }; };\n",
    });
    await using running = await dev(folder.path);
    await fetch(`${running.url}/`).catch(() => null);
    await running.cli.waitFor(/received SIGTERM, shutting down/);
    expect(running.cli.output).not.toContain("bug");
  });

  test("a log that cannot be written does not end the app", async () => {
    await using folder = await temporaryFolder({
      ".arc": "@app\nlive\n\n@http\nget /\n",
      "src/http/get-index/index.js": respond("one"),
    });
    const port = await freePort();
    const child = spawn("sh", [
      "-c",
      'exec "$@" >/dev/full',
      "sh",
      process.execPath,
      fileURLToPath(new URL("../../packages/cli/bundle/bin.js", import.meta.url)),
      "dev",
      folder.path,
      "--port",
      String(port),
    ]);
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    const reported = new Promise<void>((resolve) => {
      child.stderr.on("data", (chunk: Buffer) => {
        said += String(chunk);
        if (/written.*\n/.test(said)) resolve();
      });
    });
    await reported;
    expect(said).toMatch(/error: the output cannot be written: ENOSPC/);
    const url = `http://localhost:${port}/`;
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url)).status).toBe(200);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([1, null]);
    expect(said.match(/cannot be written/g)).toHaveLength(1);
  });

  test("sandbox is dev", async () => {
    await using folder = await temporaryFolder(app);
    await using cli = new CliProcess(["sandbox", folder.path, "-p", "0", "-q"]);
    await cli.waitFor(/http:\/\/localhost:\d+/);
    expect(await cli.interrupt()).toBe(0);
  });
});

describe("bad input", () => {
  test("a taken port is told with who has it, and a free one is named", async () => {
    await using folder = await temporaryFolder(app);
    const { port, release } = await holdPort();
    const { code, output } = await runCli(["dev", folder.path, "--port", String(port)]);
    await release();
    expect(code).toBe(1);
    expect(output).toContain(`port ${port} is taken`);
    expect(output).toMatch(/arclet dev --port \d+/);
  });

  test("an address that is not this machine's is told", async () => {
    await using folder = await temporaryFolder(app);
    const { code, output } = await runCli([
      "dev",
      folder.path,
      "--port",
      "0",
      "--host",
      "192.0.2.1",
    ]);
    expect(code).toBe(1);
    expect(output).toContain("192.0.2.1 is not an address of this machine");
  });

  test("no manifest is told with what to do", async () => {
    await using folder = await temporaryFolder();
    const { code, output } = await runCli(["dev", "--port", "0"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(output).toContain("no manifest");
    expect(output).toContain("arclet init");
  });

  test("an empty manifest is told", async () => {
    await using folder = await temporaryFolder({ ".arc": "" });
    const { code, output } = await runCli(["dev", "--port", "0"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(output).toMatch(/\.arc.*error|error.*\.arc/s);
  });

  test("an unknown pragma and a duplicate route are told with their places", async () => {
    await using folder = await temporaryFolder({
      ".arc": "@app\nx\n\n@http\nget /a\nget /a\n\n@htpp\nget /b\n",
    });
    const { output } = await runCli(["check"], { cwd: folder.path });
    expect(output).toMatch(/\.arc:6:\d+: error/);
    expect(output).toMatch(/\.arc:8:\d+: /);
    expect(output).toContain("@http");
  });

  test.each([
    ["a missing handler file", null],
    ["a handler that exports nothing", "const handler = 1;\n"],
    ["a syntax error", "exports.handler = async () => {\n  const = 1;\n};\n"],
    ["a throw at load", 'throw new Error("at load");\n'],
    [
      "a throw in the handler",
      'exports.handler = async () => { throw new Error("in handler"); };\n',
    ],
    ["an exit in the handler", "exports.handler = async () => process.exit(3);\n"],
  ])("%s fails its own route only, and saving it right mends it", async (_name, source) => {
    await using folder = await temporaryFolder({
      ...app,
      ".arc": `${manifest}get /bad\n`,
      ...(source === null ? {} : { "src/http/get-bad/index.js": source }),
    });
    await using running = await dev(folder.path);
    expect((await fetch(`${running.url}/bad`)).status).toBe(500);
    expect(await (await fetch(`${running.url}/`)).text()).toBe("one");
    const from = running.cli.output.length;
    await writeTree(folder.path, { "src/http/get-bad/index.js": respond("good") });
    await running.cli.waitFor(/reloaded http\/get-bad/, from);
    expect(await (await fetch(`${running.url}/bad`)).text()).toBe("good");
  });

  test("a malformed upgrade and a megabyte of headers leave the server up", async () => {
    await using folder = await temporaryFolder(app);
    await using running = await dev(folder.path);
    const send = async (text: string): Promise<string> => {
      const socket = connect(running.port, "localhost");
      let answer = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        answer += chunk;
      });
      socket.end(text);
      await once(socket, "close");
      return answer;
    };
    const upgrade = await send(
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n",
    );
    expect(upgrade).toMatch(/^HTTP\/1\.1 4\d\d /);
    const long = await send(
      `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${"x".repeat(1 << 20)}\r\n\r\n`,
    );
    expect(long).toMatch(/^HTTP\/1\.1 431 /);
    expect(await (await fetch(`${running.url}/`)).text()).toBe("one");
  });

  test("no path leads out of the static folder", async () => {
    await using folder = await temporaryFolder({
      ...app,
      "public/a.txt": "a",
      "secret.txt": "secret",
    });
    await using running = await dev(folder.path);
    for (const path of [
      "/_static/../secret.txt",
      "/_static/%2e%2e/secret.txt",
      "/_static/..%2fsecret.txt",
      "/_static/..%5csecret.txt",
    ]) {
      const socket = connect(running.port, "localhost");
      socket.setEncoding("utf8");
      let answer = "";
      socket.on("data", (chunk: string) => {
        answer += chunk;
      });
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: localhost:${running.port}\r\nConnection: close\r\n\r\n`,
      );
      await once(socket, "close");
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer).not.toContain("secret\n");
    }
  });
});
