import { basename } from "node:path";
import {
  functionPragmaCatalog,
  pragmaCatalog,
  preferencesCatalog,
  type PragmaEntry,
} from "@arclet/manifest";

export type DocumentKind = "manifest" | "function-config" | "preferences" | "other";

/** What a file is, by its name. */
export function documentKind(path: string): DocumentKind {
  const name = basename(path);
  if (/^(?:app\.arc|\.arc|arc\.json|arc\.ya?ml)$/.test(name)) return "manifest";
  if (name === "config.arc" || name === ".arc-config") return "function-config";
  return /^\.?pref(?:erence)?s\.arc$/.test(name) ? "preferences" : "other";
}

/** The pragmas that such a file may have. */
export function catalogOf(kind: DocumentKind): Readonly<Record<string, PragmaEntry>> {
  if (kind === "function-config") return functionPragmaCatalog;
  return kind === "preferences" ? preferencesCatalog : pragmaCatalog;
}
