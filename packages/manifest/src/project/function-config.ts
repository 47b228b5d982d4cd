import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { DiagnosticLog } from "../diagnostic-log.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { FunctionConfig } from "../manifest.ts";
import { readAccess, type Accessible } from "../pragmas/function-access.ts";
import {
  arcSettings,
  checkFunctionConfig,
  functionAwsSettings,
  readFunctionSetting,
} from "../pragmas/function-settings.ts";
import { checkRuntimes } from "../pragmas/check-runtime.ts";
import { settingOf, type Setting } from "../pragmas/settings.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { ParseResult } from "../syntax/arc-parser.ts";
import { linesOf } from "../syntax/ast.ts";
import { parseManifestFile } from "./find-manifest.ts";
import { readText } from "./read-text.ts";

/** File names of a function's configuration, in order of preference. */
export const functionConfigNames: readonly string[] = [
  "config.arc",
  ".arc-config",
  "arc.json",
  "arc-config.json",
  "config.yaml",
  "config.yml",
  "arc-config.yaml",
  "arc-config.yml",
];

export interface FunctionConfigResult {
  readonly config: FunctionConfig;
  readonly diagnostics: readonly Diagnostic[];
}

/** Merges a function's `config.arc` over its defaults. */
export async function readFunctionConfig(
  root: string,
  directory: string,
  defaults: FunctionConfig,
  app: Accessible & { readonly plugins?: readonly unknown[] },
): Promise<FunctionConfigResult> {
  // Lists the folder once instead of probing each name: an app may have many functions.
  const present = new Set(namesIn(directory));
  for (const name of functionConfigNames) {
    if (!present.has(name)) continue;
    const path = join(directory, name);
    const read = await readText(path);
    if (read.kind === "absent") continue;
    const file = relative(root, path);
    if (read.kind === "unreadable") {
      const text = `${file} cannot be read: ${read.reason}`;
      return {
        config: defaults,
        diagnostics: [
          { severity: "error", code: "manifest-unreadable", text, location: null, notes: [] },
        ],
      };
    }
    const parsed = await parseManifestFile(file, read.text);
    if (parsed === null) continue;
    return overlayFunctionConfig(parsed, defaults, app);
  }
  return { config: defaults, diagnostics: [] };
}

/** Lays the settings of one document (`@aws`, `@arc`, `@access`) over a function's defaults. */
export function overlayFunctionConfig(
  parsed: ParseResult,
  defaults: FunctionConfig,
  app: Accessible & { readonly plugins?: readonly unknown[] },
): FunctionConfigResult {
  const log = new DiagnosticLog(parsed.document.source);
  const draft: { -readonly [Key in keyof FunctionConfig]?: FunctionConfig[Key] } = {};
  const settings: Setting[] = [];
  for (const pragma of parsed.document.pragmas) {
    if (pragma.name === "access") draft.access = readAccess(pragma, app, log);
    const table =
      pragma.name === "aws" ? functionAwsSettings : pragma.name === "arc" ? arcSettings : null;
    if (table === null) continue;
    for (const line of linesOf(pragma.body)) {
      const setting = settingOf(line);
      settings.push(setting);
      if (readFunctionSetting(table, setting, draft, log)) continue;
      const suggestion = didYouMean(setting.key.text, Object.keys(table));
      const hint = suggestion === null ? "" : `: did you mean "${suggestion}"?`;
      log.warning({
        code: "aws-setting-unknown",
        text: `@${pragma.name} has no setting "${setting.key.text}", which is ignored${hint}`,
        span: setting.key.span,
        suggestion,
      });
    }
  }
  const config = { ...defaults, ...draft };
  checkFunctionConfig(config, settings, log);
  checkRuntimes(settings, (app.plugins ?? []).length > 0, log);
  return {
    config,
    diagnostics: [...parsed.diagnostics, ...log.diagnostics],
  };
}

/** Empty if the folder does not exist or cannot be read. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
