import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { unzipSync } from "fflate";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type CodeAction,
  type CompletionItem,
  type Diagnostic,
  type Hover,
  type Location,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type TextEdit,
} from "vscode-languageserver-protocol/node";
import { packageExtension } from "../../../scripts/vsix.mjs";

/** The server as the package has it, and as the extension of VS Code brings it along. */
const servers = [
  ["of the package", async () => fileURLToPath(new URL("../dist/bin.js", import.meta.url))],
  ["of the extension", unpackServer],
] as const;

let unpacked: Promise<string> | null = null;
let extensionFolder = "";

function unpackServer(): Promise<string> {
  return (unpacked ??= unpack());
}

afterAll(() => rm(extensionFolder, { recursive: true, force: true }));

async function unpack(): Promise<string> {
  const folder = (extensionFolder = await mkdtemp(join(tmpdir(), "arclet-vsix-")));
  const file = join(folder, "arclet.vsix");
  await packageExtension(file);
  const server = join(folder, "server.cjs");
  await writeFile(server, unzipSync(await readFile(file))["extension/bundle/server.cjs"] ?? "");
  return server;
}

const common = "@app\ntestapp\n\n";

describe.each(servers)("the language server %s, over stdio", (_, server) => {
  let root: string;
  let child: ChildProcess;
  let client: ProtocolConnection;

  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), "arclet-lsp-")));
    child = spawn(process.execPath, [await server(), "--stdio"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (child.stdout === null || child.stdin === null) throw new Error("no pipes");
    client = createProtocolConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    client.listen();
    await client.sendRequest("initialize", {
      processId: process.pid,
      rootUri: pathToFileURL(root).href,
      capabilities: {},
    });
    await client.sendNotification("initialized", {});
  });

  afterEach(async () => {
    await client.sendRequest("shutdown");
    const exited = once(child, "exit");
    await client.sendNotification("exit");
    const [code] = (await exited) as [number | null];
    if (code !== 0) throw new Error(`the server ended with ${code}`);
    client.dispose();
    await rm(root, { recursive: true });
  });

  const uriOf = (name: string): string => pathToFileURL(join(root, name)).href;

  async function write(name: string, content: string): Promise<void> {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }

  /** The diagnostics of the next notification about a file. */
  function nextDiagnostics(name: string): Promise<readonly Diagnostic[]> {
    return new Promise((resolve) => {
      const listening = client.onNotification(
        "textDocument/publishDiagnostics",
        ({ uri, diagnostics }: PublishDiagnosticsParams) => {
          if (uri !== uriOf(name)) return;
          listening.dispose();
          resolve(diagnostics);
        },
      );
    });
  }

  async function open(name: string, text: string): Promise<readonly Diagnostic[]> {
    const published = nextDiagnostics(name);
    await client.sendNotification("textDocument/didOpen", {
      textDocument: { uri: uriOf(name), languageId: "arc", version: 1, text },
    });
    return published;
  }

  /** A request about the place of `|` in a text that is opened without it. */
  async function at<T>(method: string, name: string, marked: string): Promise<T> {
    const offset = marked.indexOf("|");
    const before = marked.slice(0, offset).split("\n");
    await open(name, marked.replace("|", ""));
    return client.sendRequest(method, {
      textDocument: { uri: uriOf(name) },
      position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
    });
  }
  const labels = (items: readonly CompletionItem[]): readonly string[] =>
    items.map(({ label }) => label);

  test("reports mistakes as one types", async () => {
    const found = await open("app.arc", `${common}@htp\nget /\n`);
    expect(found.map(({ code, message, range }) => [code, message, range.start.line])).toEqual([
      ["pragma-unknown", "@htp is not a known pragma: did you mean @http?", 3],
    ]);
    const after = nextDiagnostics("app.arc");
    await client.sendNotification("textDocument/didChange", {
      textDocument: { uri: uriOf("app.arc"), version: 2 },
      contentChanges: [
        { range: { start: { line: 3, character: 0 }, end: { line: 4, character: 5 } }, text: "" },
      ],
    });
    expect(await after).toEqual([]);
  });

  test("reports mistakes in JSON and YAML too", async () => {
    const [json] = await open("arc.json", '{ "app": "x", "http": [["fetch", "/"]] }');
    expect(json).toMatchObject({ code: "http-method-unknown", range: { start: { line: 0 } } });
    const [yaml] = await open("arc.yaml", "app: x\nhttp:\n  - fetch: /\n");
    expect(yaml).toMatchObject({ code: "http-method-unknown", range: { start: { line: 2 } } });
  });

  test("offers the suggestion as a fix", async () => {
    const diagnostics = await open("app.arc", `${common}@htp\n`);
    const [action] = await client.sendRequest<CodeAction[]>("textDocument/codeAction", {
      textDocument: { uri: uriOf("app.arc") },
      range: { start: { line: 3, character: 0 }, end: { line: 3, character: 4 } },
      context: { diagnostics },
    });
    expect(action).toMatchObject({
      title: "Change to @http",
      edit: {
        changes: {
          [uriOf("app.arc")]: [
            {
              newText: "@http",
              range: { start: { line: 3, character: 0 }, end: { line: 3, character: 4 } },
            },
          ],
        },
      },
    });
  });

  test("offers to create a function that is missing", async () => {
    const diagnostics = await open("app.arc", `${common}@http\nget /cats\n`);
    expect(diagnostics.map(({ code }) => code)).toEqual(["function-missing"]);
    const [action] = await client.sendRequest<CodeAction[]>("textDocument/codeAction", {
      textDocument: { uri: uriOf("app.arc") },
      range: diagnostics[0]?.range,
      context: { diagnostics },
    });
    expect(action?.title).toBe("Create src/http/get-cats/index.mjs");
    expect(action?.edit?.documentChanges?.[0]).toMatchObject({
      kind: "create",
      uri: uriOf("src/http/get-cats/index.mjs"),
    });
    // Made by somebody else meanwhile, it is no longer missing.
    await write("src/http/get-cats/index.mjs", "export async function handler() {}\n");
    const after = nextDiagnostics("app.arc");
    await client.sendNotification("workspace/didChangeWatchedFiles", { changes: [] });
    expect(await after).toEqual([]);
  });

  test("completes pragmas, settings and their values", async () => {
    const ask = async (marked: string, name = "app.arc"): Promise<readonly string[]> =>
      labels(await at<CompletionItem[]>("textDocument/completion", name, marked));
    expect(await ask(`${common}@ta|`)).toContain("@tables-indexes");
    expect(await ask(`${common}@aws\nme|`)).toContain("memory");
    expect(await ask(`${common}@aws\narchitecture |`)).toEqual(["arm64", "x86_64"]);
    expect(await ask(`${common}@aws\nruntime |`)).toContain("nodejs24.x");
    expect(await ask(`${common}@queues\njobs\n  |`)).toContain("visibilityTimeout");
    expect(await ask(`${common}@queues\njobs\n  fifo |`)).toEqual(["true", "false"]);
    expect(await ask(`${common}@http\n|`)).toContain("get");
    expect(await ask("@arc\n|", "src/http/get-index/config.arc")).toContain("bundle");
    expect(await ask("@sandbox\n|", "preferences.arc")).toContain("livereload");
    expect(await ask(`${common}# @|`)).toEqual([]);
  });

  test("shows what a setting is for", async () => {
    const setting = await at<Hover>(
      "textDocument/hover",
      "app.arc",
      `${common}@aws\nmem|ory 512\n`,
    );
    expect(setting.contents).toMatchObject({
      value: expect.stringContaining("A whole number from 128 to 10240 (megabytes)."),
    });
    const pragma = await at<Hover>("textDocument/hover", "app.arc", `${common}@que|ues\n`);
    expect(pragma.contents).toMatchObject({ value: expect.stringContaining("SQS queues") });
    expect(await at("textDocument/hover", "app.arc", "@app\ntest|app\n")).toBeNull();
  });

  test("goes to a function's handler", async () => {
    await write("src/http/get-index/index.ts", "export const handler = async () => ({});\n");
    const found = await at<Location[]>(
      "textDocument/definition",
      "app.arc",
      `${common}@http\nget |/\n`,
    );
    expect(found.map(({ uri }) => uri)).toEqual([uriOf("src/http/get-index/index.ts")]);
  });

  test("formats, but not what has syntax errors", async () => {
    const format = (name: string): Promise<TextEdit[]> =>
      client.sendRequest("textDocument/formatting", {
        textDocument: { uri: uriOf(name) },
        options: { tabSize: 2, insertSpaces: true },
      });
    await open("app.arc", "@app\ntestapp\n\n\n\n@http\nget    /   # home\n");
    expect((await format("app.arc")).map(({ newText }) => newText)).toEqual([
      "@app\ntestapp\n\n@http\nget / # home\n",
    ]);
    await open(".arc", '@app\n"testapp\n');
    expect(await format(".arc")).toEqual([]);
  });
});
