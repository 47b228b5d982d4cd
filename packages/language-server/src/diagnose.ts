import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  parseArc,
  resolveManifest,
  type Diagnostic as ArcDiagnostic,
  type LambdaFunction,
  type Manifest,
} from "@arclet/manifest";
import { missingFunction, parseManifestFile } from "@arclet/manifest/node";
import { DiagnosticSeverity, type Diagnostic, type Range } from "vscode-languageserver";
import { documentKind } from "./document-kind.ts";

/** Data of a quick fix, stored with its diagnostic. */
export interface DiagnosticData {
  /** Replacement for the marked range; null if unknown. */
  readonly suggestion: string | null;
  /** Folder of a missing function, from the project's root. */
  readonly folder: string | null;
}

export interface Diagnosis {
  /** null if there are errors, or the file is not a manifest. */
  readonly manifest: Manifest | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Diagnostics of a file's text in the editor. */
export async function diagnose(path: string, text: string): Promise<Diagnosis> {
  const kind = documentKind(path);
  if (kind !== "manifest") {
    const { diagnostics } = parseArc(text, { file: basename(path) });
    return { manifest: null, diagnostics: diagnostics.map((one) => toDiagnostic(one, null)) };
  }
  const parsed = await parseManifestFile(basename(path), text);
  if (parsed === null) return { manifest: null, diagnostics: [] };
  const { manifest, diagnostics } = resolveManifest(parsed.document, { hasFunctionConfigs: true });
  const missing = (manifest?.functions ?? []).filter((declared) => !isThere(path, declared));
  return {
    manifest,
    diagnostics: [
      ...[...parsed.diagnostics, ...diagnostics].map((one) => toDiagnostic(one, null)),
      ...missing.map((one) => toDiagnostic(missingFunction(one), one.sourceCandidates[0] ?? null)),
    ],
  };
}

function isThere(path: string, { sourceCandidates }: LambdaFunction): boolean {
  return sourceCandidates.some((folder) => existsSync(join(dirname(path), folder)));
}

function toDiagnostic(diagnostic: ArcDiagnostic, folder: string | null): Diagnostic {
  const { code, severity, text, location, notes } = diagnostic;
  const data: DiagnosticData = { suggestion: location?.suggestion ?? null, folder };
  return {
    code,
    source: "arclet",
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    message: [text, ...notes.map((note) => note.text)].join("\n"),
    range: rangeOf(location),
    data,
  };
}

/** Both count columns from 0 in UTF-16 units, but a `Location` counts lines from 1. */
export function rangeOf(location: ArcDiagnostic["location"]): Range {
  const line = (location?.line ?? 1) - 1;
  const start = location?.column ?? 0;
  return {
    start: { line, character: start },
    end: { line, character: start + (location?.length ?? 0) },
  };
}
