import type { DiagnosticLog } from "../diagnostic-log.ts";
import { didYouMean } from "../did-you-mean.ts";
import { flagOf, integerOf, settingOf } from "../pragmas/settings.ts";
import type { Setting } from "../pragmas/setting.ts";
import { linesOf, type BodyNode } from "../syntax/ast.ts";
import { highestPort } from "../rules/pragma-catalog.ts";
import type { Preferences } from "./project.ts";

export const environments = ["testing", "staging", "production"] as const;
const settings = [
  "ports",
  "env",
  "seed-data",
  "external-db",
  "useAWS",
  "livereload",
  "coldstart",
] as const;

export type SandboxDraft = {
  -readonly [Key in keyof Preferences["sandbox"]]: Preferences["sandbox"][Key];
};

/** Reads `@sandbox` of the preferences, and reports invalid values. */
export function applySandbox(
  body: readonly BodyNode[],
  sandbox: SandboxDraft,
  log: DiagnosticLog,
): void {
  const refuse = ({ key, values }: Setting, must: string): void => {
    const span = values[0]?.span ?? key.span;
    log.error({ code: "sandbox-setting-invalid", text: `"${key.text}" ${must}`, span });
  };
  const flag = (setting: Setting): boolean => {
    const value = flagOf(setting);
    if (value === null) refuse(setting, "must be true or false");
    return value ?? false;
  };
  for (const line of linesOf(body)) {
    const setting = settingOf(line);
    const value = setting.values[0]?.text ?? null;
    switch (setting.key.text) {
      case "ports": {
        const ports: Record<string, number> = {};
        for (const child of linesOf(line.children)) {
          const one = settingOf(child);
          const port = integerOf(one, 1, highestPort);
          if (port === null) refuse(one, `must be a port from 1 to ${highestPort}`);
          else ports[one.key.text] = port;
        }
        sandbox.ports = ports;
        break;
      }
      case "env":
        sandbox.env = environments.find((name) => name === value) ?? null;
        if (sandbox.env === null) refuse(setting, `must be one of ${environments.join(", ")}`);
        break;
      case "seed-data":
        sandbox.seedData = value;
        break;
      case "external-db":
        sandbox.externalDb = flag(setting);
        break;
      case "useAWS":
        sandbox.useAws = flag(setting);
        break;
      case "livereload":
        sandbox.livereload = flag(setting);
        break;
      case "coldstart":
        sandbox.coldstart = flag(setting);
        break;
      default:
        remarkMisspelt(setting, log);
    }
  }
}

/** Reports only likely typos, because Architect's sandbox has settings that Arclet does not need. */
function remarkMisspelt({ key }: Setting, log: DiagnosticLog): void {
  const suggestion = didYouMean(key.text, settings);
  if (suggestion === null) return;
  const text = `@sandbox has no setting "${key.text}", which is ignored: did you mean "${suggestion}"?`;
  log.warning({ code: "setting-unknown", text, span: key.span, suggestion });
}
