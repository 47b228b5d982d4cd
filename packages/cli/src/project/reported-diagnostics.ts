import type { Diagnostic } from "@arclet/manifest";

/**
 * What was reported of each source (the project, a function): the same remark is not made again at
 * the next save, and is made again when it comes back after it was gone.
 */
export class ReportedDiagnostics {
  readonly #known = new Map<string, ReadonlySet<string>>();

  /** Those of `diagnostics` that the source did not have the last time. */
  fresh(source: string, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
    const known = this.#known.get(source);
    const texts = diagnostics.map((diagnostic) => JSON.stringify(diagnostic));
    this.#known.set(source, new Set(texts));
    return diagnostics.filter((_, index) => known?.has(texts[index] ?? "") !== true);
  }

  forget(source: string): void {
    this.#known.delete(source);
  }
}
