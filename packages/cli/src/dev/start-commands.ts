import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { DevEvent } from "./dev-event.ts";

export interface StartCommandOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** Variables beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly onEvent: (event: DevEvent) => void;
}

/** The shell commands of `@sandbox-start`, which run one after the other once the app is ready. */
export class StartCommands {
  readonly #done: Promise<void>;
  #running: ChildProcess | null = null;
  #isClosed = false;

  constructor(commands: readonly string[], options: StartCommandOptions) {
    this.#done = this.#runAll(commands, options);
  }

  /** Ends the command that runs, and starts no other. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end();
    await this.#done;
  }

  async #runAll(commands: readonly string[], options: StartCommandOptions): Promise<void> {
    for (const command of commands) {
      if (this.#isClosed) return;
      const problem = await this.#run(command, options);
      if (problem === null || this.#isClosed) continue;
      const text = `@sandbox-start: "${command}" ${problem}; the commands below it did not run`;
      options.onEvent({ type: "failed", text });
      return;
    }
  }

  /** What went wrong, or null. */
  #run(command: string, { root, env, onEvent }: StartCommandOptions): Promise<string | null> {
    return new Promise((resolve) => {
      const child = spawn(command, {
        cwd: root,
        env: { ...process.env, ...env },
        shell: true,
        stdio: ["ignore", "pipe", "pipe"],
        // A group of its own, so that what the shell started ends with it.
        detached: process.platform !== "win32",
      });
      this.#running = child;
      for (const input of [child.stdout, child.stderr])
        createInterface({ input }).on("line", (line) =>
          onEvent({ type: "command-output", command, line }),
        );
      child.once("error", (error) => resolve(`could not be started: ${error.message}`));
      child.once("close", (code, signal) => {
        this.#running = null;
        if (code === 0) resolve(null);
        else resolve(code === null ? `was ended by ${signal}` : `failed with exit code ${code}`);
      });
    });
  }

  #end(): void {
    const child = this.#running;
    if (child?.pid === undefined) return;
    if (process.platform === "win32") {
      child.kill();
      return;
    }
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch (error) {
      // It has ended by itself.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
