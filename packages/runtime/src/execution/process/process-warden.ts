import { spawn, type ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";

/**
 * Remembers the last line, and ends whom it names once nothing can be read any more: then the server has
 * ended, in whatever way.
 */
const script =
  'while read -r line; do last=$line; done; for group in $last; do kill -9 "-$group" 2>/dev/null; done';

/**
 * No process outlives the server, however that ends. Most see their pipe close; one that never looks up
 * from its work does not. A shell, the smallest program that can wait, sees it for all of them.
 */
export class ProcessWarden {
  readonly #groups = new Set<number>();
  #shell: ChildProcess | null = null;
  #isClosed = false;

  /** Takes a process that leads a group of its own. */
  watch(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined || process.platform === "win32") return;
    this.#groups.add(pid);
    this.#writeGroups();
    child.once("exit", () => {
      this.#groups.delete(pid);
      this.#writeGroups();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#shell?.stdin?.end("\n");
    this.#shell = null;
  }

  #writeGroups(): void {
    if (this.#isClosed) return;
    this.#shell ??= startShell(() => {
      this.#shell = null;
    });
    this.#shell?.stdin?.write(`${[...this.#groups].join(" ")}\n`);
  }
}

/** Null where there is no shell: what closes its pipe still ends. */
function startShell(onEnd: () => void): ChildProcess | null {
  const shell = spawn("/bin/sh", ["-c", script], {
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.once("error", onEnd);
  shell.once("exit", onEnd);
  const stdin: (Writable & { unref?: () => void }) | null = shell.stdin;
  stdin?.on("error", () => {});
  stdin?.unref?.();
  shell.unref();
  return shell.pid === undefined ? null : shell;
}
