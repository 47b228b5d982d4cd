import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { readProject } from "@arclet/manifest/node";
import { ensureEnvironment } from "../../scripts/python.mjs";
import { readStaticFiles } from "../../packages/deploy/src/assets/read-static-files.ts";
import { launchBrowser } from "../helpers/browser.ts";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { DebuggerClient } from "../helpers/debugger-client.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";
import { filesOfPage, textOfPage } from "./page-files.ts";

// Recipes with a program beside Arclet: another language, an editor, a bundler, a machine that deploys.

/** A page's app, with what its command `arclet init` adds. */
async function createApp(page: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const files = filesOfPage(`recipes/${page}.md`);
  const folder = await temporaryFolder({ "package.json": '{ "type": "commonjs" }', ...files });
  await linkDependencies(folder.path);
  expect(await runCli(["init"], { cwd: folder.path })).toMatchObject({ code: 0 });
  return folder;
}

/** Text of an element in Chromium, once it has one and the page shows what is awaited. */
async function shown(url: string, awaited: string, selector: string): Promise<string | null> {
  const browser = await launchBrowser();
  try {
    const page = await browser.context.newPage();
    await page.goto(url);
    await page.getByText(awaited).waitFor();
    await page.locator(selector).filter({ hasText: /\S/ }).waitFor();
    return await page.textContent(selector);
  } finally {
    await browser.close();
  }
}

test("Python: both functions answer, in the environment that the page makes", async () => {
  const cache = join(import.meta.dirname, "../../.cache/pages/python");
  expect(textOfPage("recipes/python.md")).toContain("pip install awslambdaric boto3\n");
  const python = ensureEnvironment(cache, ["awslambdaric==4.2.2", "boto3==1.43.106"]);
  await using folder = await createApp("python");
  await using dev = new CliProcess(["dev", "--port", "0"], {
    cwd: folder.path,
    env: { PATH: `${dirname(python)}${delimiter}${process.env["PATH"]}` },
  });
  const [url] = await dev.waitFor(/http:\/\/localhost:\d+/);
  expect(await (await fetch(`${url}/sum/20/22`)).text()).toBe("42");
  expect((await fetch(`${url}/sum/20/x`)).status).toBe(500);
  expect(await shown(url, "sum", "output")).toBe('{"sum": 42}');
});

interface Launch {
  readonly name: string;
  readonly request: string;
  readonly command?: string;
  readonly port?: number;
  readonly outFiles?: readonly string[];
}

test("VS Code: the command opens debuggers at the ports named, with maps to the sources", async () => {
  const text = filesOfPage("recipes/vscode.md")[".vscode/launch.json"] ?? "";
  const { configurations } = JSON.parse(text) as { configurations: readonly Launch[] };
  const [launch, ...attach] = configurations;
  expect(launch?.command).toBe("npx arclet dev --inspect");
  expect(attach.map(({ port }) => port)).toEqual([9229, 9230]);
  await using folder = await temporaryFolder({
    "app.arc": "@app\nx\n\n@http\nget /\n",
    "src/http/get-index/index.ts":
      'export const handler = async () => {\n  const who: string = "you";\n  return { statusCode: 200, body: `hello ${who}` };\n};\n',
  });
  await linkDependencies(folder.path);
  const args = (launch?.command ?? "").split(" ").slice(2);
  await using dev = new CliProcess([...args, "--port", "0"], { cwd: folder.path });
  const [url] = await dev.waitFor(/http:\/\/localhost:\d+/);
  await (await fetch(url)).text();
  // 9229, or the next one where a debugger has it already.
  const [, address = "", port] = await dev.waitFor(
    /http\/get-index │ Debugger listening on (ws:\/\/127\.0\.0\.1:(\d+)\/\S+)/,
  );
  expect(Number(port)).toBeGreaterThanOrEqual(9229);
  const client = await DebuggerClient.connect(address);
  await client.command("Debugger.enable");
  await client.breakAt(pathToFileURL(join(folder.path, "src/http/get-index/index.ts")).href, 3);
  const answer = fetch(url);
  await client.event("Debugger.paused");
  await client.command("Debugger.resume");
  expect(await (await answer).text()).toBe("hello you");
  client.close();
  // Where the editor looks for maps.
  const outFiles = attach[0]?.outFiles?.[0] ?? "";
  expect(outFiles).toBe("${workspaceFolder}/.arclet/build/**/*.{cjs,mjs}");
  const built = join(folder.path, ".arclet/build/http/get-index/index.cjs");
  expect(
    await readFile(built, "utf8").catch(() => readFile(built.replace("cjs", "mjs"), "utf8")),
  ).toContain("sourceMappingURL");
});

describe("Vite", () => {
  const files = filesOfPage("recipes/vite.md");
  const vite = join(import.meta.dirname, "../../node_modules/vite/bin/vite.js");

  /** The page's own config, at the port that this run has. */
  async function pointAt(root: string, url: string): Promise<void> {
    const config = files["vite.config.mjs"] ?? "";
    expect(config).toContain("http://localhost:3333");
    await writeFile(join(root, "vite.config.mjs"), config.replace("http://localhost:3333", url));
  }

  const timeShown = async (url: string): Promise<string | null> =>
    await shown(url, "echo: hello", "#time");

  test("in front: the page of Vite's server has its socket and its requests", async () => {
    await using folder = await createApp("vite");
    await using dev = new CliProcess(["dev", "--port", "0"], { cwd: folder.path });
    const [appUrl] = await dev.waitFor(/http:\/\/localhost:\d+/);
    await pointAt(folder.path, appUrl);
    const server = spawn(process.execPath, [vite, "--port", "0", "--host", "127.0.0.1"], {
      cwd: folder.path,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      let output = "";
      const [, url = ""] = await new Promise<RegExpExecArray>((resolve, reject) => {
        server.once("exit", () => reject(new Error(output)));
        server.stdout.on("data", (chunk: Buffer) => {
          output += chunk.toString("utf8");
          const match = /Local: +(http:\S+)/.exec(output);
          if (match !== null) resolve(match);
        });
      });
      expect(await timeShown(url)).toMatch(/^\d{4}-\d\d-\d\dT/);
    } finally {
      server.kill();
      await once(server, "exit");
    }
  });

  test("behind: what Vite has built is served, with its socket's address", async () => {
    await using folder = await createApp("vite");
    const build = spawn(process.execPath, [vite, "build"], {
      cwd: folder.path,
      // That of the tests would make it a build for development.
      env: { ...process.env, NODE_ENV: "production" },
      stdio: "ignore",
    });
    expect(await once(build, "exit")).toEqual([0, null]);
    await using dev = new CliProcess(["dev", "--port", "0"], { cwd: folder.path });
    const [url] = await dev.waitFor(/http:\/\/localhost:\d+/);
    expect(await timeShown(url)).toMatch(/^\d{4}-\d\d-\d\dT/);
    // What browsers may keep, once deployed.
    const { project } = await readProject(folder.path);
    const settings = project?.manifest.static;
    if (settings === undefined || settings === null) throw new Error("@static is missing");
    const objects = await readStaticFiles(folder.path, settings);
    const kept = objects.filter(({ isFingerprinted }) => isFingerprinted);
    expect(kept.map(({ key }) => key)).toEqual([
      expect.stringMatching(/^assets\/index-[\w-]{8}\.js$/),
    ]);
    // A path of a client-side router.
    expect((await fetch(`${url}/some/where`, { headers: { accept: "text/html" } })).status).toBe(
      200,
    );
  });
});

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

describe.each(["ci", "previews"])("the workflow of %s", (name) => {
  const files = Object.entries(filesOfPage(`recipes/${name}.md`));
  const [, text = ""] = files.find(([path]) => path.endsWith(".yml")) ?? [];
  const { jobs } = parse(text) as Workflow;
  const commands = Object.values(jobs)
    .flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    .filter((command) => command.startsWith("npx arclet "));

  test("has commands that there are, with their flags", async () => {
    expect(commands.length).toBeGreaterThan(1);
    for (const line of commands) {
      const [command = "", ...flags] = line.slice("npx arclet ".length).split(" ");
      const { code, output } = await runCli([command, "--help"]);
      expect(code).toBe(0);
      for (const flag of flags.filter((word) => word.startsWith("--"))) {
        expect(output).toMatch(new RegExp(`${flag}\\b`));
      }
    }
  });
});
