import type { DiagnosticLog } from "../diagnostic-log.ts";
import { judgeRuntime, runtimeOf } from "../rules/runtimes.ts";
import type { Setting } from "./setting.ts";

/**
 * Reports runtimes that Lambda does not have or has deprecated. A plugin may add a runtime, so unknown
 * ones are not reported in an app with plugins.
 */
export function checkRuntimes(
  settings: readonly Setting[],
  hasPlugins: boolean,
  log: DiagnosticLog,
  today: Date = new Date(),
): void {
  for (const { key, values } of settings) {
    const [value] = values;
    if (key.text !== "runtime" || value === undefined) continue;
    const verdict = judgeRuntime(runtimeOf(value.text), today);
    if (verdict.kind === "fine" || (verdict.kind === "unknown" && hasPlugins)) continue;
    const { text, suggestion } = verdict;
    const { span } = value;
    if (verdict.kind === "unknown") log.error({ code: "runtime-unknown", text, span, suggestion });
    else log.warning({ code: "runtime-deprecated", text, span, suggestion });
  }
}
