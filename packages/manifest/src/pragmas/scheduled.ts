import { headOf, linesOf } from "../syntax/ast.ts";
import type { Span } from "../source-file.ts";
import { asyncSettings } from "./events.ts";
import type { PragmaContext, PragmaReader } from "./pragma-context.ts";
import { readEntry, type Setting } from "./settings.ts";

export const readScheduled: PragmaReader = (pragma, context) => {
  for (const line of linesOf(pragma.body)) {
    const [head, ...inline] = line.values;
    const name = headOf(line).text;
    let expression = inline.map((value) => value.text).join(" ");
    let timezone = "UTC";
    const take = (kind: string) => (setting: Setting) => {
      const text = setting.values.map((value) => value.text).join(" ");
      expression = text.startsWith(kind) ? text : `${kind}(${text})`;
    };
    const settings: { retries?: number; maxAge?: number } = {};
    const src = readEntry(line, context, "a schedule", {
      ...asyncSettings(context, settings),
      rate: take("rate"),
      cron: take("cron"),
      timezone: (setting) => {
        timezone = setting.values[0]?.text ?? timezone;
        if (!isTimezone(timezone)) wrong(context, `"${timezone}" is no time zone`, line.span);
      },
    });
    const problem = problemOf(expression);
    if (problem !== null) wrong(context, `${head?.text ?? name}: ${problem}`, line.span);
    if (!/^[\w.-]+$/.test(name)) {
      wrong(context, `"${name}" is no name: letters, digits, "-", "_" and "." only`, line.span);
      continue;
    }
    const folders = [name];
    const functionId = context.addFunction({
      pragma: "scheduled",
      name,
      src,
      folders,
      span: line.span,
    });
    if (functionId === null || problem !== null) continue;
    const origin = context.locate(line.span);
    context.draft.schedules.push({ name, functionId, expression, timezone, ...settings, origin });
  }
};

function wrong(context: PragmaContext, text: string, span: Span): void {
  context.log.error({ code: "schedule-invalid", text, span });
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== "";
  } catch {
    return false;
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
function problemOf(expression: string): string | null {
  const rate = /^rate\(\s*(\d+)\s+(minute|hour|day)(s?)\s*\)$/.exec(expression);
  if (rate !== null) {
    const count = Number(rate[1]);
    if (count < 1) return "a rate is at least 1";
    const isPlural = rate[3] === "s";
    if (isPlural === (count !== 1)) return null;
    return count === 1
      ? `write "rate(1 ${rate[2]})", without s`
      : `write "rate(${count} ${rate[2]}s)", with s`;
  }
  const cron = /^cron\((.*)\)$/.exec(expression);
  if (cron === null) return "write rate(1 day) or cron(0 12 * * ? *)";
  const fields = (cron[1] ?? "").trim().split(/\s+/);
  if (fields.length !== 6) {
    return "cron takes six fields: minutes, hours, day of month, month, day of week, year";
  }
  const [, , dayOfMonth, , dayOfWeek] = fields;
  if (dayOfMonth !== "?" && dayOfWeek !== "?") {
    return "either the day of month or the day of week must be ?";
  }
  return fields.every((field) => /^[\w*?/,\-#]+$/.test(field))
    ? null
    : "cron has a field that cannot be read";
}
