import type { Diagnostic, DiagnosticNote, Location } from "./diagnostic.ts";
import type { DiagnosticCode } from "./diagnostic-codes.ts";
import type { SourceFile, Span } from "./source-file.ts";

export interface Remark {
  readonly code: DiagnosticCode;
  readonly text: string;
  readonly span?: Span | undefined;
  readonly suggestion?: string | null | undefined;
  readonly notes?: readonly DiagnosticNote[] | undefined;
}

/** Collects the diagnostics of one file. Readers never throw, so one run reports every error. */
export class DiagnosticLog {
  readonly source: SourceFile;
  readonly #diagnostics: Diagnostic[] = [];

  /** Adds an error whose location is already resolved, or null. */
  static errorAt(
    location: Location | null,
    { code, text, notes = [] }: Omit<Remark, "span" | "suggestion">,
  ): Diagnostic {
    return { severity: "error", code, text, location, notes };
  }

  constructor(source: SourceFile) {
    this.source = source;
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  error(remark: Remark): void {
    this.#add("error", remark);
  }

  warning(remark: Remark): void {
    this.#add("warning", remark);
  }

  note(text: string, span: Span | null = null): DiagnosticNote {
    return { text, location: span === null ? null : this.source.locate(span) };
  }

  #add(severity: Diagnostic["severity"], remark: Remark): void {
    const { code, text, span, suggestion = null, notes = [] } = remark;
    const location = span === undefined ? null : this.source.locate(span, suggestion);
    this.#diagnostics.push({ severity, code, text, location, notes });
  }
}
