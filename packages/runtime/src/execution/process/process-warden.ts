import { spawn, type ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";

/**
 * Remembers the last line, and ends whom it names once nothing can be read any more: then the server has
 * ended, in whatever way. Numbers are groups, other words are in the variables of what has left its group,
 * which Linux shows. The search comes second, and again while it finds something.
 */
const script = `
set -f
while read -r line; do last=$line; done
names=
for word in $last; do
  case $word in
    *[!0-9]*) names="$names $word" ;;
    *) kill -9 "-$word" 2>/dev/null ;;
  esac
done
[ -n "$names" ] && [ -d /proc/self ] || exit 0
set --
for name in $names; do set -- "$@" -e "$name"; done
set +f
for round in 1 2 3 4 5; do
  found=
  for file in $(grep -lsF "$@" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -9 "\${pid%/environ}" 2>/dev/null && found=1
  done
  [ -n "$found" ] || exit 0
done`;

/**
 * No process outlives the server, however that ends. Most see their pipe close; one that never looks up
 * from its work does not. A shell, the smallest program that can wait, sees it for all of them.
 */
export class ProcessWarden {
  readonly #groups = new Set<number>();
  readonly #names = new Set<string>();
  #shell: ChildProcess | null = null;
  #isClosed = false;

  /** Takes a process that leads a group of its own. */
  watch(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined || process.platform === "win32") return;
    this.#groups.add(pid);
    this.#writeWards();
    child.once("exit", () => {
      this.#groups.delete(pid);
      this.#writeWards();
    });
  }

  /** Takes the name that what an environment starts inherits, with its variables: one word, not a number. */
  mark(name: string): void {
    this.#names.add(name);
    this.#writeWards();
  }

  /** Nothing of the environment runs any more. */
  unmark(name: string): void {
    if (this.#names.delete(name)) this.#writeWards();
  }

  close(): void {
    this.#isClosed = true;
    this.#shell?.stdin?.end("\n");
    this.#shell = null;
  }

  #writeWards(): void {
    if (this.#isClosed) return;
    this.#shell ??= startShell(() => {
      this.#shell = null;
    });
    this.#shell?.stdin?.write(`${[...this.#groups, ...this.#names].join(" ")}\n`);
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
