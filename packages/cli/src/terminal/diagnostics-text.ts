import { formatDiagnostics, type Diagnostic } from "@arclet/manifest";

export type DiagnosticFormat = "pretty" | "json" | "github";

/** Formats diagnostics for a terminal. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], hasColor = false): string {
  return renderDiagnostics(diagnostics, "pretty", hasColor).trimEnd();
}

export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  format: DiagnosticFormat,
  hasColor: boolean,
): string {
  return formatDiagnostics(diagnostics, { format, color: hasColor });
}
