import { readdir, readFile } from "node:fs/promises";
import process from "node:process";
import type { ProcessWarden } from "./process-warden.ts";

/** Lambda names one log stream for each environment: whoever inherited the variable was started in it. */
const marker = "AWS_LAMBDA_LOG_STREAM_NAME";

/**
 * Ends what an environment had started and what has left its group (`detached: true`, `setsid`), as Lambda
 * does. Linux only: other systems do not show the variables of a process. One that was started without
 * its parent's variables is not found.
 */
export class StrayProcesses {
  readonly #warden: ProcessWarden;
  #names = new Set<string>();
  #search: Promise<void> | null = null;

  /** `warden`: ends them when the server ends before it can. */
  constructor(warden: ProcessWarden) {
    this.#warden = warden;
  }

  /** `env`: that of an environment which starts. */
  begin(env: Readonly<Record<string, string>>): void {
    const name = nameIn(env);
    if (name !== null) this.#warden.mark(name);
  }

  /** `env`: that of an environment which has ended. */
  end(env: Readonly<Record<string, string>>): void {
    const name = nameIn(env);
    if (name === null) return;
    this.#names.add(name);
    // Environments that end meanwhile share the next search.
    this.#search ??= this.#searchAll();
  }

  /** Resolves when everything that was found has been ended. */
  async settled(): Promise<void> {
    await this.#search;
  }

  async #searchAll(): Promise<void> {
    while (this.#names.size > 0) {
      const names = this.#names;
      this.#names = new Set();
      // What was found may have started something meanwhile.
      while ((await endAll(names)) > 0);
      for (const name of names) this.#warden.unmark(name);
    }
    this.#search = null;
  }
}

function nameIn(env: Readonly<Record<string, string>>): string | null {
  const name = env[marker] ?? "";
  return process.platform === "linux" && name !== "" ? name : null;
}

/** Gives how many were ended. https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html */
async function endAll(names: ReadonlySet<string>): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => (await isOf(pid, names)) && kill(pid)));
  return found.filter(Boolean).length;
}

async function isOf(pid: number, names: ReadonlySet<string>): Promise<boolean> {
  // One that has ended meanwhile, or is somebody else's, cannot be read.
  const variables = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
  const line = variables.split("\0").find((variable) => variable.startsWith(`${marker}=`));
  return line !== undefined && names.has(line.slice(marker.length + 1));
}

/** False: it has ended by itself. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}
