import { homedir } from "node:os";
import { join } from "node:path";
import { DiagnosticLog } from "../diagnostic-log.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { flagOf, settingOf } from "../pragmas/settings.ts";
import { linesOf, type BodyNode, type Document } from "../syntax/ast.ts";
import { parseByName } from "./parse-by-name.ts";
import type { EnvironmentName, Preferences } from "./project.ts";
import { readText } from "./read-text.ts";
import { applySandbox, environments, type SandboxDraft } from "./sandbox-preferences.ts";

/** Where preferences may be, first hit wins. Architect knows the first four. */
export const preferencesFileNames: readonly string[] = [
  "preferences.arc",
  "prefs.arc",
  ".preferences.arc",
  ".prefs.arc",
  "preferences.json",
  "preferences.yaml",
  "preferences.yml",
];

export interface PreferencesResult {
  readonly preferences: Preferences;
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute paths of the files that were read or would be read if they existed. */
  readonly files: readonly string[];
}

/** Reads the home folder's preferences, overridden by the project's, overridden by `.env`. */
export async function readPreferences(root: string): Promise<PreferencesResult> {
  const draft = createDraft();
  const diagnostics: Diagnostic[] = [];
  for (const folder of [homedir(), root]) {
    for (const name of preferencesFileNames) {
      const read = await readText(join(folder, name));
      if (read.kind === "absent") continue;
      const file = folder === root ? name : join("~", name);
      if (read.kind === "unreadable") {
        diagnostics.push(unreadable(file, read.reason));
        continue;
      }
      const parsed = await parseByName(file, read.text);
      const log = new DiagnosticLog(parsed.document.source);
      apply(parsed.document, draft, log);
      diagnostics.push(...parsed.diagnostics, ...log.diagnostics);
      break;
    }
  }
  const dotenv = await readText(join(root, ".env"));
  if (dotenv.kind === "unreadable") diagnostics.push(unreadable(".env", dotenv.reason));
  if (dotenv.kind === "text") {
    const { parseDotenv } = await import("./dotenv.ts");
    Object.assign(draft.env.testing, parseDotenv(dotenv.text));
  }
  const files = [...preferencesFileNames, ".env"].map((name) => join(root, name));
  return { preferences: draft, diagnostics, files };
}

/** An unreadable file is not an error, because some projects have a folder named `.env`. */
function unreadable(file: string, reason: string): Diagnostic {
  return {
    severity: "warning",
    code: "manifest-unreadable",
    text: `${file} cannot be read: ${reason}`,
    location: null,
    notes: [],
  };
}

type Draft = {
  env: Record<EnvironmentName, Record<string, string>>;
  sandbox: SandboxDraft;
  startCommands: string[];
  create: { autocreate: boolean; templates: Record<string, string> };
};

function createDraft(): Draft {
  return {
    env: { testing: {}, staging: {}, production: {} },
    sandbox: {
      ports: {},
      env: null,
      seedData: null,
      externalDb: false,
      useAws: false,
      livereload: false,
      coldstart: false,
    },
    startCommands: [],
    create: { autocreate: false, templates: {} },
  };
}

function apply(document: Document, draft: Draft, log: DiagnosticLog): void {
  for (const { name, body } of document.pragmas) {
    if (name === "env") applyEnv(body, draft);
    else if (name === "sandbox") applySandbox(body, draft.sandbox, log);
    else if (name === "create") applyCreate(body, draft);
    else if (name === "sandbox-start" || name === "sandbox-startup") {
      draft.startCommands = linesOf(body).map((line) =>
        line.values.map(({ text }) => text).join(" "),
      );
    }
  }
}

function applyEnv(body: readonly BodyNode[], draft: Draft): void {
  for (const line of linesOf(body)) {
    const [head, key, ...rest] = line.values;
    const environment = environments.find((name) => name === head?.text);
    if (environment === undefined) continue;
    // Architect 5 wrote `testing NAME value` on one line.
    if (key !== undefined)
      draft.env[environment][key.text] = rest.map(({ text }) => text).join(" ");
    for (const child of linesOf(line.children)) {
      const { key: name, values } = settingOf(child);
      draft.env[environment][name.text] = values.map(({ text }) => text).join(" ");
    }
  }
}

function applyCreate(body: readonly BodyNode[], draft: Draft): void {
  for (const line of linesOf(body)) {
    const setting = settingOf(line);
    if (setting.key.text === "autocreate") draft.create.autocreate = flagOf(setting) ?? false;
    if (setting.key.text !== "templates") continue;
    for (const child of linesOf(line.children)) {
      const { key, values } = settingOf(child);
      draft.create.templates[key.text] = values[0]?.text ?? "";
    }
  }
}
