import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../packages/cli/bundle/bin.js", import.meta.url));

/** `arclet` as a user runs it, in a process of its own. */
export class CliProcess {
  readonly child: ChildProcess;
  readonly #isGroup: boolean;
  #output = "";
  #stdout = "";

  constructor(
    args: readonly string[],
    options: {
      cwd?: string;
      env?: Record<string, string>;
      /** Whether signals go to all its processes, as a terminal's do. */
      isGroup?: boolean;
      /** Another installation's `arclet`; this workspace's by default. */
      bin?: string;
      /** The Node.js that runs it; this one by default. */
      node?: string;
      /** The whole standard input; none by default. */
      input?: string;
    } = {},
  ) {
    const { FORCE_COLOR: _forced, PORT: _port, ...env } = process.env;
    this.child = spawn(options.node ?? process.execPath, [options.bin ?? bin, ...args], {
      cwd: options.cwd,
      env: { ...env, NO_COLOR: "1", ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: options.isGroup ?? false,
    });
    this.#isGroup = options.isGroup ?? false;
    this.child.stdin?.end(options.input);
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.#stdout += chunk.toString("utf8");
      this.#add(chunk);
    });
    this.child.stderr?.on("data", (chunk: Buffer) => this.#add(chunk));
  }

  /** Everything written so far, both streams. */
  get output(): string {
    return this.#output;
  }

  /** What was written to the standard output alone. */
  get stdout(): string {
    return this.#stdout;
  }

  #add(chunk: Buffer): void {
    this.#output += chunk.toString("utf8");
    this.child.emit("output");
  }

  /**
   * Resolves the match as soon as the output (after `from` characters) has it; rejects when the
   * process ends without.
   */
  async waitFor(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output.slice(from));
      if (match !== null) return match;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`arclet ended before it wrote ${String(pattern)}:\n${this.#output}`);
      }
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.child.off("output", done);
          this.child.off("close", done);
          resolve();
        };
        this.child.on("output", done);
        this.child.on("close", done);
      });
    }
  }

  /** Resolves the exit code. */
  async exited(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      await once(this.child, "close");
    }
    return this.child.exitCode;
  }

  /** As Ctrl-C does; resolves the exit code. */
  async interrupt(): Promise<number | null> {
    this.#signal("SIGINT");
    return this.exited();
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    process.kill(this.#isGroup ? -pid : pid, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal("SIGKILL");
    await this.exited();
  }
}

/** Runs `arclet` to its end. */
export async function runCli(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; bin?: string; input?: string } = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly output: string }> {
  const cli = new CliProcess(args, options);
  const code = await cli.exited();
  return { code, stdout: cli.stdout, output: cli.output };
}
