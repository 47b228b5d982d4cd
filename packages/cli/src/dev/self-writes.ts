import { extname } from "node:path";

/** A file is muted after this many writes in a row during the function's runs. */
const writesUntilMuted = 2;
/** Runs remembered for each function. */
const keptRuns = 100;
/** File systems record times by the kernel's tick, 10 ms at 100 Hz, so a file may appear this much older. */
const tickMs = 10;
/** A write this long after a run is not the function's. */
const afterwardsMs = 50;

/** Source files, which people edit. A function that rewrites its own code is not guarded against. */
const sourceExtensions = new Set([".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"]);

/** `newly muted`: this write showed that the function itself writes the file. */
export type WriteVerdict = "edit" | "newly muted" | "muted";

interface Run {
  readonly id: string;
  begunAt: number;
  endedAt: number;
}

/**
 * Detects files in a function's folder that the function itself writes while it runs. Each write would
 * reload the function, which may write again: an endless loop. On AWS it cannot happen, because a
 * function's folder is read-only there. Times are epoch milliseconds.
 */
export class SelfWrites {
  readonly #runs = new Map<string, Run[]>();
  readonly #suspicions = new Map<string, number>();
  readonly #muted = new Set<string>();

  /** Records the start of an invocation or load. */
  begun(functionId: string, id: string, now: number): void {
    const runs = this.#runs.get(functionId) ?? [];
    runs.push({ id, begunAt: now, endedAt: Infinity });
    if (runs.length > keptRuns) runs.shift();
    this.#runs.set(functionId, runs);
  }

  /** Records the end of a run. `initMs` is how long the function took to load. */
  ended(functionId: string, id: string, now: number, initMs = 0): void {
    const run = this.#runs.get(functionId)?.find((one) => one.id === id);
    if (run === undefined) return;
    run.begunAt -= initMs;
    run.endedAt = now;
  }

  /** Decides who wrote a file in the function's folder. `isNew`: no build has included it yet. */
  judge(functionId: string, file: string, writtenAt: number, isNew: boolean): WriteVerdict {
    if (sourceExtensions.has(extname(file))) return "edit";
    if (this.#muted.has(file)) return "muted";
    const when = this.#when(functionId, writtenAt);
    if (when === "outside") this.#suspicions.delete(file);
    if (when !== "inside") return "edit";
    // No build has read it, so only the function uses it.
    if (isNew) return "muted";
    const count = (this.#suspicions.get(file) ?? 0) + 1;
    this.#suspicions.set(file, count);
    if (count < writesUntilMuted) return "edit";
    this.#muted.add(file);
    return "newly muted";
  }

  #when(functionId: string, time: number): "inside" | "uncertain" | "outside" {
    let when: "uncertain" | "outside" = "outside";
    for (const { begunAt, endedAt } of this.#runs.get(functionId) ?? []) {
      if (time < begunAt - tickMs) continue;
      if (time <= endedAt - tickMs) return "inside";
      if (time <= endedAt + afterwardsMs) when = "uncertain";
    }
    return when;
  }
}
