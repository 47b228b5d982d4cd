import { parseSchedule, type CronFields } from "@arclet/manifest";
import { Cron } from "croner";

/** A parsed expression, or the reason it is invalid. */
export type ScheduleExpression =
  | {
      readonly ok: true;
      /** Epoch milliseconds; null when it never fires again. */
      next(afterMs: number): number | null;
    }
  | { readonly ok: false; readonly reason: string };

/** The times of an expression, which the manifest's rule for schedules reads. */
export function parseScheduleExpression(expression: string, timezone: string): ScheduleExpression {
  const parsed = parseSchedule(expression);
  if (!parsed.ok) return parsed;
  if (parsed.kind === "rate") {
    const { periodMs } = parsed;
    return { ok: true, next: (afterMs) => afterMs + periodMs };
  }
  const cron = new Cron(patternOf(parsed.fields), { timezone, paused: true, mode: "7-part" });
  return { ok: true, next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() ?? null };
}

/** croner has seconds, counts Sunday as 0, and knows no `?`. */
function patternOf({ minutes, hours, dayOfMonth, month, dayOfWeek, year }: CronFields): string {
  const day = dayOfMonth === "?" ? "*" : dayOfMonth;
  const week = dayOfWeek === "?" ? "*" : translateWeekdays(dayOfWeek);
  return `0 ${minutes} ${hours} ${day} ${month} ${week} ${year}`;
}

/** `6L` is the last Friday, `3#2` the second Tuesday, `L` Saturday. */
function translateWeekdays(field: string): string {
  if (field === "*") return field;
  if (field === "L") return "6";
  return field
    .split(",")
    .map((part) => {
      const [range = "", step] = part.split("/");
      const shifted = range
        .replaceAll(/(?<!#)\d/g, (day) => String(Number(day) - 1))
        .replace(/L$/, "#L");
      // AWS's `2/2` starts on Monday and goes to the end of the week.
      const open =
        step !== undefined && /^(?:\d|[A-Z]{3})$/.test(shifted) ? `${shifted}-6` : shifted;
      return step === undefined ? open : `${open}/${step}`;
    })
    .join(",");
}
