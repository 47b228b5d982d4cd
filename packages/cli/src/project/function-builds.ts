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
  /** The subset that fails with the same errors as before. */
  readonly unchanged: readonly string[];
  /** Functions that failed to build before and now build. */
  readonly repaired: readonly string[];
  /** Excludes diagnostics already reported for the previous build. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A build's result in the runtime's form. */
export type FinishedBuild = Exclude<RuntimeFunction["build"], "pending">;

/** What each function runs: its newest good build, or the reason there is none. */
export class FunctionBuilds {
  readonly #build: (declared: ProjectFunction) => Promise<BuildOutcome>;
  readonly #builds = new Map<string, FinishedBuild>();
  /** The newest failed results. */
  readonly #failures = new Map<string, Extract<BuildOutcome, { ok: false }>>();
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
      functions.map(async (declared) => ({
        id: declared.id,
        outcome: await this.#build(declared),
      })),
    );
    const changed: string[] = [];
    const failed: string[] = [];
    const unchanged: string[] = [];
    const repaired: string[] = [];
    const diagnostics: Diagnostic[] = [];
    let needsUpdate = false;
    for (const { id, outcome } of outcomes) {
      const before = this.#failures.get(id);
      const fresh = this.#reported.fresh(id, outcome.diagnostics);
      diagnostics.push(...fresh);
      if (outcome.ok) {
        this.#failures.delete(id);
        if (before !== undefined) repaired.push(id);
      } else {
        this.#failures.set(id, outcome);
        failed.push(id);
        if (before !== undefined && fresh.length === 0) unchanged.push(id);
      }
      if (!this.#keep(id, outcome)) continue;
      needsUpdate = true;
      if (outcome.ok) changed.push(id);
    }
    return { changed, needsUpdate, failed, unchanged, repaired, diagnostics };
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

function isSame(one: readonly Diagnostic[], other: readonly Diagnostic[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
