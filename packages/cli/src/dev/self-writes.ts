import { extname } from "node:path";

/** Writes during runs after which a file is muted, unless one at another time comes between. */
const writesUntilMuted = 2;
/** Runs remembered for each function. */
const keptRuns = 100;
/** File systems keep times by the kernel's tick, 10 ms at 100 Hz: a file may look this much older than it is. */
const tickMs = 10;
/** So long after a run, a write is certainly somebody else's. */
const afterwardsMs = 50;

/** A person edits these; a function that rewrites its own code is not a loop to guard against. */
const sourceExtensions = new Set([".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"]);

/** `newly muted`: that the function itself writes the file is known from now on. */
export type WriteVerdict = "edit" | "newly muted" | "muted";

interface Run {
  readonly id: string;
  begunAt: number;
  endedAt: number;
}

/**
 * Finds files in a function's folder that the function itself writes while it runs. Each such write
 * would load the function again, which may write again: an endless loop, which AWS does not know,
 * because a function's folder cannot be written there. Times are epoch milliseconds.
 */
export class SelfWrites {
  readonly #runs = new Map<string, Run[]>();
  readonly #suspicions = new Map<string, number>();
  readonly #muted = new Set<string>();

  /** An invocation or a load begins. */
  begun(functionId: string, id: string, now: number): void {
    const runs = this.#runs.get(functionId) ?? [];
    runs.push({ id, begunAt: now, endedAt: Infinity });
    if (runs.length > keptRuns) runs.shift();
    this.#runs.set(functionId, runs);
  }

  /** `initMs`: how long the function loaded before. */
  ended(functionId: string, id: string, now: number, initMs = 0): void {
    const run = this.#runs.get(functionId)?.find((one) => one.id === id);
    if (run === undefined) return;
    run.begunAt -= initMs;
    run.endedAt = now;
  }

  /** Whose doing it was that a file in the function's folder was written. `isNew`: no build had it so far. */
  judge(functionId: string, file: string, writtenAt: number, isNew: boolean): WriteVerdict {
    if (sourceExtensions.has(extname(file))) return "edit";
    if (this.#muted.has(file)) return "muted";
    const when = this.#when(functionId, writtenAt);
    if (when === "outside") this.#suspicions.delete(file);
    if (when !== "inside") return "edit";
    // The build did not read it: nobody else has asked for it.
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
