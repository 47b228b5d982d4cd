import type { Diagnostic } from "@arclet/manifest";

/**
 * Diagnostics already reported for each source (the project, a function). A diagnostic is not repeated at the
 * next save, unless it was gone in between.
 */
export class ReportedDiagnostics {
  readonly #known = new Map<string, ReadonlySet<string>>();

  /** Returns the diagnostics that the source did not have the last time. */
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
