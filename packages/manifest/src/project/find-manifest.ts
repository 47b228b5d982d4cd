import { join } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import type { ParseResult } from "../syntax/arc-parser.ts";
import { parseByName } from "./parse-by-name.ts";
import { readText } from "./read-text.ts";

/** Manifest file names, in order of preference. */
export const manifestFileNames: readonly string[] = [
  "app.arc",
  ".arc",
  "arc.json",
  "arc.yaml",
  "arc.yml",
  "package.json",
];

export interface FoundManifest extends ParseResult {
  /** Absolute. */
  readonly path: string;
}

export type ManifestSearch =
  | { readonly kind: "found"; readonly manifest: FoundManifest; readonly others: readonly string[] }
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly diagnostic: Diagnostic };

/** Finds and parses the manifest of a folder. */
export async function findManifest(root: string): Promise<ManifestSearch> {
  let found: FoundManifest | null = null;
  const others: string[] = [];
  for (const name of manifestFileNames) {
    const path = join(root, name);
    const read = await readText(path);
    if (read.kind === "absent") continue;
    if (found !== null) {
      if (name !== "package.json") others.push(name);
      continue;
    }
    if (read.kind === "unreadable") {
      return { kind: "unreadable", diagnostic: unreadable(name, read.reason) };
    }
    const parsed = await parseManifestFile(name, read.text);
    if (parsed !== null) found = { ...parsed, path };
  }
  return found === null ? { kind: "absent" } : { kind: "found", manifest: found, others };
}

/** Parses by file name; null for a `package.json` without a manifest. */
export async function parseManifestFile(name: string, text: string): Promise<ParseResult | null> {
  if (name.endsWith("package.json")) {
    // Most package.json files have no manifest, so the parser is loaded only if one may be there.
    if (!/"(?:arc|architect)"\s*:/.test(text)) return null;
    const { parseJson } = await import("../syntax/json.ts");
    return parseJson(text, { file: name, keys: ["arc", "architect"] });
  }
  return parseByName(name, text);
}

function unreadable(name: string, reason: string): Diagnostic {
  return {
    severity: "error",
    code: "manifest-unreadable",
    text: `${name} cannot be read: ${reason}`,
    location: null,
    notes: [],
  };
}
