import { isTimezone, parseSchedule } from "../rules/schedule-expression.ts";
import type { Span } from "../source-file.ts";
import { headOf, linesOf, type LineNode, type Scalar } from "../syntax/ast.ts";
import { eventNameProblem } from "./event-name.ts";
import { asyncSettings } from "./events.ts";
import type { PragmaReader } from "./pragma-context.ts";
import { readEntry, type Setting } from "./settings.ts";

/** EventBridge Scheduler allows 64 characters, which include the stack's name. */
const longestName = 64;

export const readScheduled: PragmaReader = (pragma, context) => {
  for (const line of linesOf(pragma.body)) {
    const head = headOf(line);
    const { text: name } = head;
    const wrong = (text: string, span: Span): void =>
      context.log.error({ code: "schedule-invalid", text, span });
    let [expression, place] = inlineExpression(line);
    let timezone = "UTC";
    const take = (kind: string) => (setting: Setting) => {
      const text = setting.values.map((value) => value.text).join(" ");
      expression = text.startsWith(kind) ? text : `${kind}(${text})`;
      place = spanOf(setting.values) ?? setting.key.span;
    };
    const settings: { retries?: number; maxAge?: number } = {};
    const src = readEntry(line, context, "a schedule", {
      ...asyncSettings(context, settings),
      rate: take("rate"),
      cron: take("cron"),
      timezone: (setting) => {
        timezone = setting.values[0]?.text ?? timezone;
        if (!isTimezone(timezone))
          wrong(
            `"${timezone}" is not a time zone: use a name such as Europe/Berlin`,
            setting.values[0]?.span ?? setting.key.span,
          );
      },
    });
    const parsed = parseSchedule(expression);
    if (!parsed.ok) wrong(`${name}: ${parsed.reason}`, place);
    const problem = eventNameProblem(name, longestName);
    if (problem !== null) {
      wrong(`"${name}" is not a valid name for a schedule: ${problem}`, head.span);
      continue;
    }
    const { span } = line;
    const folders = [name];
    const functionId = context.addFunction({ pragma: "scheduled", name, src, folders, span });
    if (functionId === null || !parsed.ok) continue;
    context.draft.schedules.push({
      name,
      functionId,
      expression,
      timezone,
      ...settings,
      origin: context.locate(span),
    });
  }
};

/** The values after the name, and their span; without values, the line's span. */
function inlineExpression(line: LineNode): [expression: string, place: Span] {
  const [, ...inline] = line.values;
  return [inline.map(({ text }) => text).join(" "), spanOf(inline) ?? line.span];
}

function spanOf(values: readonly Scalar[]): Span | null {
  const [first, last] = [values[0], values.at(-1)];
  return first === undefined || last === undefined
    ? null
    : { start: first.span.start, end: last.span.end };
}
