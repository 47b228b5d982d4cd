/** A place in a source text. Lines count from 1, columns from 0 (printed from 1), both in UTF-16 units. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Length of the marked text on its first line. */
  readonly length: number;
  readonly lineText: string;
  /** Replacement for the marked text, when the fix is known. */
  readonly suggestion: string | null;
}

export interface DiagnosticNote {
  readonly text: string;
  readonly location: Location | null;
}

/** One error or warning about a file the user wrote. Diagnostics are collected, never thrown. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Kebab case, by pragma: `http-route-duplicate`. Each code is in docs/errors.md. */
  readonly code: string;
  readonly text: string;
  readonly location: Location | null;
  readonly notes: readonly DiagnosticNote[];
}
