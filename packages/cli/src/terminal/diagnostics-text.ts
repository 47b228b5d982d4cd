import type { Diagnostic } from "@arclet/manifest";
import { formatDiagnostics } from "@arclet/manifest";

export function diagnosticsText(diagnostics: readonly Diagnostic[], hasColor = false): string {
  return formatDiagnostics(diagnostics, { format: "pretty", color: hasColor });
}
