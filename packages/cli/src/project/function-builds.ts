import { stat } from "node:fs/promises";
import type { BuiltFunction, MissingSources } from "@arclet/builder";
import type { Diagnostic, ProjectFunction } from "@arclet/manifest";
import type { RuntimeFunction } from "@arclet/runtime";
import { ReportedDiagnostics } from "./reported-diagnostics.ts";

export type BuildOutcome =
  | {
      readonly ok: true;
      readonly built: BuiltFunction;
      readonly diagnostics: readonly Diagnostic[];
    }
  | {
      readonly ok: false;
      readonly diagnostics: readonly Diagnostic[];
      /** Absolute files that it read. */
      readonly inputs: readonly string[];
      readonly missing: MissingSources;
    };

export interface BuildRound {
  /** Functions that now run new code. */
  readonly changed: readonly string[];
  /** Whether the behaviour of any function changed, including to another failure. */
  readonly needsUpdate: boolean;
  /** Functions that do not build. Those that built before keep running their last good code. */
  readonly failed: readonly string[];
  /** Of these, those that fail exactly as they did before, with sources that were saved again. */
  readonly unchanged: readonly string[];
  /** Of `failed`, those that fail as before because nothing they read was saved: no news. */
  readonly untouched: readonly string[];
  /** Functions that build again. */
  readonly repaired: readonly string[];
  /** Each once, without those that were reported for the build before this one. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A build's result in the runtime's form. */
export type FinishedBuild = Exclude<RuntimeFunction["build"], "pending">;

type FailedBuild = Extract<BuildOutcome, { ok: false }> & {
  /** When each of its inputs was saved. */
  readonly savedAt: string;
};

/** What each function runs: its newest good build, or why there is none. */
export class FunctionBuilds {
  readonly #build: (declared: ProjectFunction) => Promise<BuildOutcome>;
  readonly #builds = new Map<string, FinishedBuild>();
  /** The newest outcomes that failed. */
  readonly #failures = new Map<string, FailedBuild>();
  readonly #reported = new ReportedDiagnostics();

  constructor(build: (declared: ProjectFunction) => Promise<BuildOutcome>) {
    this.#build = build;
  }

  has(functionId: string): boolean {
    return this.#builds.has(functionId);
  }

  get(functionId: string): FinishedBuild {
    const build = this.#builds.get(functionId);
    if (build === undefined) throw new Error(`${functionId} was never built`);
    return build;
  }

  /** Source files read by the function's newest build, even if it failed. */
  inputs(functionId: string): readonly string[] {
    const build = this.#builds.get(functionId);
    const good = build?.ok === true ? build.built.inputs : [];
    return this.#failures.get(functionId)?.inputs ?? good;
  }

  /** Missing files of the newest build; null if it succeeded. */
  missing(functionId: string): MissingSources | null {
    return this.#failures.get(functionId)?.missing ?? null;
  }

  /** Builds functions in parallel, and forgets those not in `known`. */
  async buildAll(
    functions: readonly ProjectFunction[],
    known: readonly ProjectFunction[],
  ): Promise<BuildRound> {
    const ids = new Set(known.map(({ id }) => id));
    for (const id of this.#builds.keys()) if (!ids.has(id)) this.#forget(id);
    const outcomes = await Promise.all(
      functions.map(async (declared) => {
        const outcome = await this.#build(declared);
        const savedAt = outcome.ok ? "" : await savingTimes(outcome.inputs);
        return { id: declared.id, outcome, savedAt };
      }),
    );
    const changed: string[] = [];
    const failed: string[] = [];
    const unchanged: string[] = [];
    const untouched: string[] = [];
    const repaired: string[] = [];
    const diagnostics = new Map<string, Diagnostic>();
    let needsUpdate = false;
    for (const { id, outcome, savedAt } of outcomes) {
      const before = this.#failures.get(id);
      const fresh = this.#reported.fresh(id, outcome.diagnostics);
      // A file that many functions read is wrong once.
      for (const diagnostic of fresh) diagnostics.set(JSON.stringify(diagnostic), diagnostic);
      if (outcome.ok) {
        this.#failures.delete(id);
        if (before !== undefined) repaired.push(id);
      } else {
        this.#failures.set(id, { ...outcome, savedAt });
        failed.push(id);
        if (before !== undefined && fresh.length === 0)
          (before.savedAt === savedAt ? untouched : unchanged).push(id);
      }
      if (!this.#keep(id, outcome)) continue;
      needsUpdate = true;
      if (outcome.ok) changed.push(id);
    }
    return {
      changed,
      needsUpdate,
      failed,
      unchanged,
      untouched,
      repaired,
      diagnostics: [...diagnostics.values()],
    };
  }

  #forget(functionId: string): void {
    this.#builds.delete(functionId);
    this.#failures.delete(functionId);
    this.#reported.forget(functionId);
  }

  /** Stores a result. Returns true if the function's behaviour changed. */
  #keep(functionId: string, outcome: BuildOutcome): boolean {
    const before = this.#builds.get(functionId);
    if (!outcome.ok) {
      if (before?.ok === true) return false;
      this.#builds.set(functionId, { ok: false, diagnostics: outcome.diagnostics });
      return before === undefined || !isSame(before.diagnostics, outcome.diagnostics);
    }
    this.#builds.set(functionId, { ok: true, built: outcome.built });
    return before?.ok !== true || before.built.hash !== outcome.built.hash;
  }
}

/** Changes when one of the files is saved, removed or made. */
async function savingTimes(files: readonly string[]): Promise<string> {
  const times = await Promise.all(
    files.map(async (file) => {
      const found = await stat(file).catch(() => null);
      return `${file} ${found?.mtimeMs ?? "missing"}`;
    }),
  );
  return times.toSorted().join("\n");
}

function isSame(one: readonly Diagnostic[], other: readonly Diagnostic[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
