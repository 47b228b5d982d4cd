import type { BuiltFunction } from "@arclet/build";
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
  /** Functions whose code is new. */
  readonly changed: readonly string[];
  /** Functions that do not build now; those that did before run on with their last good code. */
  readonly failed: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What each function runs: its newest good build, or why there is none. */
export class FunctionBuilds {
  readonly #build: (declared: ProjectFunction) => Promise<BuildOutcome>;
  readonly #builds = new Map<string, RuntimeFunction["build"]>();
  readonly #failing = new Set<string>();

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
    for (const id of this.#builds.keys()) if (!ids.has(id)) this.#builds.delete(id);
    const outcomes = await Promise.all(
      functions.map(async (declared) => ({
        id: declared.id,
        outcome: await this.#build(declared),
      })),
    );
    const changed: string[] = [];
    const failed: string[] = [];
    const diagnostics: Diagnostic[] = [];
    for (const { id, outcome } of outcomes) {
      diagnostics.push(...outcome.diagnostics);
      if (!outcome.ok) failed.push(id);
      if (this.#keep(id, outcome)) changed.push(id);
    }
    return { changed, failed, diagnostics };
  }

  /** Whether the newest build failed, though an older one may run. */
  isFailing(functionId: string): boolean {
    return this.#failing.has(functionId);
  }

  /** Takes an outcome over; true when the function now runs something else. */
  #keep(functionId: string, outcome: BuildOutcome): boolean {
    const before = this.#builds.get(functionId);
    if (outcome.ok) this.#failing.delete(functionId);
    else this.#failing.add(functionId);
    if (!outcome.ok) {
      if (before?.ok === true) return false;
      this.#builds.set(functionId, { ok: false, diagnostics: outcome.diagnostics });
      return true;
    }
    this.#builds.set(functionId, { ok: true, built: outcome.built });
    return before?.ok !== true || before.built.hash !== outcome.built.hash;
  }
}
