import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { plainPragmas, type PlainValue } from "@arclet/manifest";
import { findManifest, parseByName, preferencesFileNames } from "@arclet/manifest/node";
import { writtenSettings } from "./manifest-text.ts";

/** One file of preferences, as Architect's plugins find it: `{ sandbox: { ports: { … } } }`. */
export interface ArchitectPreferences {
  /** Absolute. */
  readonly file: string;
  readonly pragmas: Readonly<Record<string, unknown>>;
  /** Each pragma as a list, as it was written. */
  readonly lists: Readonly<Record<string, readonly PlainValue[]>>;
  readonly text: string;
}

/** What plugins read of a project's files as these were written. */
export interface ProjectTexts {
  /** Absolute; null when there is no manifest. */
  readonly manifestFile: string | null;
  /** Text of the manifest. */
  readonly raw: string;
  readonly local: ArchitectPreferences | null;
  /** Of the home folder. */
  readonly global: ArchitectPreferences | null;
}

/** Of a project without plugins, whose files nobody reads again. */
export const noTexts: ProjectTexts = { manifestFile: null, raw: "", local: null, global: null };

/** Files that cannot be read are reported where the project itself is read. */
export async function readProjectTexts(root: string): Promise<ProjectTexts> {
  const search = await findManifest(root);
  const manifestFile = search.kind === "found" ? search.manifest.path : null;
  return {
    manifestFile,
    raw: manifestFile === null ? "" : await readFile(manifestFile, "utf8"),
    local: await readPreferencesIn(root),
    global: await readPreferencesIn(homedir()),
  };
}

async function readPreferencesIn(folder: string): Promise<ArchitectPreferences | null> {
  for (const name of preferencesFileNames) {
    const file = join(folder, name);
    const text = await readFile(file, "utf8").catch(() => null);
    if (text === null) continue;
    const lists = plainPragmas((await parseByName(name, text)).document);
    const pragmas = Object.fromEntries(
      Object.entries(lists).map(([pragma, values]) => [pragma, settingsOf(pragma, values)]),
    );
    return { file, pragmas, lists, text };
  }
  return null;
}

const stages = ["testing", "staging", "production"] as const;

/** The lines of a pragma as one object, or as its one value. */
function settingsOf(pragma: string, values: readonly PlainValue[]): unknown {
  if (pragma === "sandbox-start" || pragma === "sandbox-startup")
    return values.map((value) => (Array.isArray(value) ? value.join(" ") : value));
  const scalar = values.find((value) => typeof value !== "object");
  if (scalar !== undefined) return scalar;
  const settings = writtenSettings(values);
  return pragma === "env" ? environmentsOf(settings) : settings;
}

/** Values of several words are one text; a stage without variables is null. */
function environmentsOf(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    stages.map((stage) => {
      const given = settings[stage];
      if (typeof given !== "object" || given === null) return [stage, null];
      const variables = Object.entries(given).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(" ") : value,
      ]);
      return [stage, Object.fromEntries(variables)];
    }),
  );
}
