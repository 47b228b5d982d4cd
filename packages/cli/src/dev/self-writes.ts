import { extname } from "node:path";

/** Writes during runs, one after the other without a write at another time, after which a file is muted. */
const writesUntilMuted = 2;
/** Runs remembered for each function. */
const keptRuns = 100;
/** File systems round the times of files. */
const toleranceMs = 20;

/** A person edits these; a function that rewrites its own code is not a loop to guard against. */
const sourceExtensions = new Set([".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"]);

interface Run {
  readonly requestId: string;
  readonly begunAt: number;
  endedAt: number;
}

/**
 * Finds files in a function's folder that the function itself writes while it runs. Each such write
 * would load the function again, which may write again: an endless loop, which AWS does not know,
 * because a function's folder cannot be written there.
 */
export class SelfWrites {
  readonly #runs = new Map<string, Run[]>();
  readonly #suspicions = new Map<string, number>();
  readonly #muted = new Set<string>();

  begun(functionId: string, requestId: string, now: number): void {
    const runs = this.#runs.get(functionId) ?? [];
    runs.push({ requestId, begunAt: now, endedAt: Infinity });
    if (runs.length > keptRuns) runs.shift();
    this.#runs.set(functionId, runs);
  }

  ended(functionId: string, requestId: string, now: number): void {
    const run = this.#runs.get(functionId)?.find((one) => one.requestId === requestId);
    if (run !== undefined) run.endedAt = now;
  }

  /**
   * A file in the function's folder was written at `writtenAt` (epoch milliseconds). `muted`: it is the
   * function's own doing; `newly muted`: this is known from now on.
   */
  judge(functionId: string, file: string, writtenAt: number): "edit" | "newly muted" | "muted" {
    if (sourceExtensions.has(extname(file))) return "edit";
    if (this.#muted.has(file)) return "muted";
    if (!this.#isDuringRun(functionId, writtenAt)) {
      this.#suspicions.delete(file);
      return "edit";
    }
    const count = (this.#suspicions.get(file) ?? 0) + 1;
    this.#suspicions.set(file, count);
    if (count < writesUntilMuted) return "edit";
    this.#muted.add(file);
    return "newly muted";
  }

  #isDuringRun(functionId: string, time: number): boolean {
    return (this.#runs.get(functionId) ?? []).some(
      ({ begunAt, endedAt }) => time >= begunAt - toleranceMs && time <= endedAt + toleranceMs,
    );
  }
}
