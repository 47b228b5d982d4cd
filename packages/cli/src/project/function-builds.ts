import type { BuiltFunction } from "@arclet/builder";
import type { Diagnostic, ProjectFunction } from "@arclet/manifest";
import type { RuntimeFunction } from "@arclet/runtime";

export type BuildOutcome =
  | {
      readonly ok: true;
      readonly built: BuiltFunction;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface BuildRound {
  /** Functions that now run other code. */
  readonly changed: readonly string[];
  /** Whether any function now answers otherwise, be it with another failure. */
  readonly needsUpdate: boolean;
  /** Functions that do not build now; those that did before run on with their last good code. */
  readonly failed: readonly string[];
  /** Without those of failures already told: a function that fails is built again at every save. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What each function runs: its newest good build, or why there is none. */
export class FunctionBuilds {
  readonly #build: (declared: ProjectFunction) => Promise<BuildOutcome>;
  readonly #builds = new Map<string, RuntimeFunction["build"]>();
  /** What the newest build failed with, for those that failed. */
  readonly #failures = new Map<string, string>();

  constructor(build: (declared: ProjectFunction) => Promise<BuildOutcome>) {
    this.#build = build;
  }

  has(functionId: string): boolean {
    return this.#builds.has(functionId);
  }

  get(functionId: string): RuntimeFunction["build"] {
    const build = this.#builds.get(functionId);
    if (build === undefined) throw new Error(`${functionId} was never built`);
    return build;
  }

  /** Source files of the function's newest good build. */
  inputs(functionId: string): readonly string[] {
    const build = this.#builds.get(functionId);
    return build?.ok === true ? build.built.inputs : [];
  }

  /** Builds all at once, and forgets functions that are no longer `known`. */
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
    const diagnostics: Diagnostic[] = [];
    let needsUpdate = false;
    for (const { id, outcome } of outcomes) {
      const failure = outcome.ok ? undefined : JSON.stringify(outcome.diagnostics);
      const isTold = failure !== undefined && failure === this.#failures.get(id);
      if (!isTold) diagnostics.push(...outcome.diagnostics);
      if (failure === undefined) this.#failures.delete(id);
      else this.#failures.set(id, failure);
      if (!outcome.ok) failed.push(id);
      if (isTold || !this.#keep(id, outcome)) continue;
      needsUpdate = true;
      if (outcome.ok) changed.push(id);
    }
    return { changed, needsUpdate, failed, diagnostics };
  }

  /** Whether the newest build failed, though an older one may run. */
  isFailing(functionId: string): boolean {
    return this.#failures.has(functionId);
  }

  #forget(functionId: string): void {
    this.#builds.delete(functionId);
    this.#failures.delete(functionId);
  }

  /** Takes an outcome over; true when the function now answers otherwise. */
  #keep(functionId: string, outcome: BuildOutcome): boolean {
    const before = this.#builds.get(functionId);
    if (!outcome.ok) {
      if (before?.ok === true) return false;
      this.#builds.set(functionId, { ok: false, diagnostics: outcome.diagnostics });
      return true;
    }
    this.#builds.set(functionId, { ok: true, built: outcome.built });
    return before?.ok !== true || before.built.hash !== outcome.built.hash;
  }
}
