import { parseArc, printArc, type Diagnostic } from "@arclet/manifest";

export type FormatResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Formatted text of a file; refused when it has syntax errors, for then its meaning is a guess. */
export function formatArc(file: string, source: string): FormatResult {
  const { document, diagnostics } = parseArc(source, { file });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return errors.length > 0
    ? { ok: false, diagnostics: errors }
    : { ok: true, text: printArc(document) };
}
