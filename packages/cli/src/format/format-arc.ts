import { parseArc, printArc, type Diagnostic } from "@arclet/manifest";

export type FormatResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Formats a file's text. Fails if it has syntax errors, because formatting could change its meaning. */
export function formatArc(file: string, source: string): FormatResult {
  const { document, diagnostics } = parseArc(source, { file });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return errors.length > 0
    ? { ok: false, diagnostics: errors }
    : { ok: true, text: printArc(document) };
}
