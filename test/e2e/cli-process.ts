import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../packages/cli/dist/bin.js", import.meta.url));

export interface CliExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The real CLI as a child process, with what it printed. Ends with `await using`. */
export class CliProcess {
  readonly exit: Promise<CliExit>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #watchers = new Set<() => void>();
  #stdout = "";
  #stderr = "";
  #hasEnded = false;

  constructor(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv; command?: readonly [string, ...string[]] } = {}) {
    const [command, ...first] = options.command ?? [process.execPath, bin];
    const { FORCE_COLOR: _forced, CI: _ci, ...env } = process.env;
    this.#child = spawn(command, [...first, ...args], {
      cwd: options.cwd,
      env: { ...env, NO_COLOR: "1", ...options.env },
    });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#notify();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#notify();
    });
    this.exit = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => {
        this.#hasEnded = true;
        this.#notify();
        resolve({ code, signal });
      });
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get output(): string {
    return `${this.#stdout}${this.#stderr}`;
  }

  /** Resolves with the match once the output holds it; rejects when the process ends without. */
  waitFor(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.#stdout.slice(from)) ?? pattern.exec(this.#stderr);
        if (match === null && !this.#hasEnded) return;
        this.#watchers.delete(look);
        if (match === null) reject(new Error(`ended without ${pattern}:\n${this.output}`));
        else resolve(match);
      };
      this.#watchers.add(look);
      look();
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) this.#child.kill("SIGKILL");
    await this.exit;
  }

  #notify(): void {
    for (const look of this.#watchers) look();
  }
}

/** Runs the CLI to its end. */
export async function runCli(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const cli = new CliProcess(args, options);
  const { code } = await cli.exit;
  return { code, stdout: cli.stdout, stderr: cli.stderr };
}

/** An empty folder outside the workspace; gone at the end of the test. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "arclet-cli-")));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
