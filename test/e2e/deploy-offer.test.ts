import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const workspace = join(import.meta.dirname, "../..");
const question = /Run npm install --save-dev @arclet\/deploy@\^\d+\.\d+\.\d+\?/;
const toInstall = /To install it: npm install --save-dev @arclet\/deploy@\^\d/;

/** `arclet info` in a terminal of 80 columns, of an app that has not installed the AWS clients. */
class Terminal {
  readonly #child: ChildProcessWithoutNullStreams;
  #output = "";

  constructor(folder: string) {
    const arclet = join(folder, "node_modules/arclet/bundle/bin.js");
    const command = `stty cols 80 rows 24; exec '${process.execPath}' '${arclet}' info --region eu-west-1`;
    const { CI: _, NO_COLOR: __, FORCE_COLOR: ___, ...env } = process.env;
    // Gives the command a terminal, and passes on what is typed, what it prints and how it ends.
    this.#child = spawn("script", ["-qefc", command, "/dev/null"], {
      cwd: join(folder, "app"),
      env: {
        ...env,
        TERM: "xterm",
        PATH: [join(folder, "bin"), env["PATH"] ?? ""].join(delimiter),
        AWS_ENDPOINT_URL: "http://127.0.0.1:9",
        AWS_ACCESS_KEY_ID: "",
        AWS_PROFILE: "none",
      },
    });
    this.#child.stdout.on("data", (chunk: Buffer) => {
      this.#output += chunk.toString("utf8");
    });
  }

  /** What is printed, as one line without colours and the frame of the question. */
  get text(): string {
    return (
      this.#output
        // oxlint-disable-next-line no-control-regex -- what moves the cursor and sets colours
        .replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, "")
        .replaceAll(/[│\s]+/g, " ")
    );
  }

  async waitFor(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      const ended = this.ended().then(() => true);
      const isOver = await Promise.race([
        ended,
        once(this.#child.stdout, "data").then(() => false),
      ]);
      if (isOver && !pattern.test(this.text)) throw new Error(`arclet ended:\n${this.text}`);
    }
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Resolves the exit code. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, "close");
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill("SIGKILL");
    await this.ended();
  }
}

/**
 * An app below an installed `arclet`, away from this workspace's AWS clients. Its npm notes its arguments and
 * links the workspace's `@arclet/deploy` into the app, or fails with the given code.
 */
async function newApp(npmExitCode = 0): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder({
    "app/app.arc": "@app\noffer\n\n@http\nget /\n",
    "app/package.json": '{ "private": true }\n',
    "app/src/http/get-index/index.mjs":
      "export const handler = async () => ({ statusCode: 200 });\n",
  });
  const modules = join(folder.path, "node_modules");
  await mkdir(join(modules, "@arclet"), { recursive: true });
  for (const name of ["bundle", "package.json", "templates", "testing"]) {
    await cp(join(workspace, "packages/cli", name), join(modules, "arclet", name), {
      recursive: true,
    });
  }
  for (const name of ["builder", "client", "functions", "manifest", "runtime", "static"]) {
    await symlink(join(workspace, "packages", name), join(modules, "@arclet", name), "dir");
  }
  await symlink(join(workspace, "node_modules/esbuild"), join(modules, "esbuild"), "dir");
  const npm = join(folder.path, "bin/npm");
  await mkdir(join(folder.path, "bin"));
  await writeFile(
    npm,
    `#!${process.execPath}
const { mkdirSync, symlinkSync, writeFileSync } = require("node:fs");
writeFileSync("npm-arguments.json", JSON.stringify(process.argv.slice(2)));
if (${npmExitCode} === 0) {
  mkdirSync("node_modules/@arclet", { recursive: true });
  symlinkSync(${JSON.stringify(join(workspace, "packages/deploy"))}, "node_modules/@arclet/deploy", "dir");
}
process.exitCode = ${npmExitCode};
`,
  );
  await chmod(npm, 0o755);
  return folder;
}

describe.runIf(process.platform === "linux")("the offer to install @arclet/deploy", () => {
  test("yes: installs it, and the command goes on", async () => {
    await using folder = await newApp();
    await using terminal = new Terminal(folder.path);
    await terminal.waitFor(question);
    terminal.type("\r");
    // The AWS clients ran: they looked for credentials.
    expect(await terminal.ended()).toBe(1);
    expect(terminal.text).toContain("The AWS profile none has no credentials");
    const ran = JSON.parse(
      await readFile(join(folder.path, "app/npm-arguments.json"), "utf8"),
    ) as string[];
    expect(ran).toEqual(["install", "--save-dev", expect.stringMatching(/^@arclet\/deploy@\^\d/)]);

    await using again = new Terminal(folder.path);
    expect(await again.ended()).toBe(1);
    expect(again.text).not.toContain("@arclet/deploy");
    expect(again.text).toContain("The AWS profile none has no credentials");
  });

  test.each([
    ["no", "n"],
    ["Ctrl-C", "\u0003"],
    ["Escape", "\u001b"],
  ])("%s: installs nothing, and prints how to", async (_, keys) => {
    await using folder = await newApp();
    await using terminal = new Terminal(folder.path);
    await terminal.waitFor(question);
    terminal.type(keys);
    expect(await terminal.ended()).toBe(1);
    expect(terminal.text).toContain("@arclet/deploy was not installed");
    expect(terminal.text).toMatch(toInstall);
    expect(existsSync(join(folder.path, "app/npm-arguments.json"))).toBe(false);
  });

  test("an installation that fails is reported, with the command to try again", async () => {
    await using folder = await newApp(7);
    await using terminal = new Terminal(folder.path);
    await terminal.waitFor(question);
    terminal.type("y");
    expect(await terminal.ended()).toBe(1);
    expect(terminal.text).toContain("@arclet/deploy could not be installed");
    expect(terminal.text).toMatch(toInstall);
  });
});
