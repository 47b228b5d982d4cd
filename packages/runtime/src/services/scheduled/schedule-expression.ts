import { Cron } from "croner";

/** Why an expression is wrong, or the next time it fires after a time. */
export type ScheduleExpression =
  | {
      readonly ok: true;
      /** Epoch milliseconds; null when it never fires again. */ next(
        afterMs: number,
      ): number | null;
    }
  | { readonly ok: false; readonly reason: string };

const rateUnitsMs: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Reads `rate(5 minutes)` and `cron(0 12 ? * MON-FRI *)` by EventBridge's rules.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function parseScheduleExpression(expression: string, timezone: string): ScheduleExpression {
  const parts = /^(rate|cron)\((.*)\)$/.exec(expression.trim());
  if (parts === null) return wrong(`"${expression}" is neither rate(…) nor cron(…)`);
  const inner = (parts[2] ?? "").trim();
  return parts[1] === "rate" ? parseRate(inner) : parseCron(inner, timezone);
}

function parseRate(inner: string): ScheduleExpression {
  const parts = /^(\d+)\s+(minute|hour|day)(s?)$/.exec(inner);
  if (parts === null)
    return wrong(
      `rate(${inner}): write a whole number and minutes, hours or days, as rate(5 minutes)`,
    );
  const count = Number(parts[1]);
  const unit = parts[2] ?? "";
  if (count === 0) return wrong(`rate(${inner}): the number must be at least 1`);
  // EventBridge refuses `rate(1 minutes)` and `rate(5 minute)`.
  if ((count === 1) !== (parts[3] === ""))
    return wrong(`rate(${inner}): write ${count} ${unit}${count === 1 ? "" : "s"}`);
  const periodMs = count * (rateUnitsMs[unit] ?? 0);
  return { ok: true, next: (afterMs) => afterMs + periodMs };
}

function parseCron(inner: string, timezone: string): ScheduleExpression {
  const fields = inner.split(/\s+/);
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields;
  if (
    fields.length !== 6 ||
    minutes === undefined ||
    hours === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined ||
    year === undefined
  ) {
    return wrong(
      `cron(${inner}): ${fields.length} fields; EventBridge wants 6: minutes hours day-of-month month day-of-week year`,
    );
  }
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    return wrong(`cron(${inner}): exactly one of day-of-month and day-of-week must be ?`);
  }
  const weekdays = dayOfWeek === "?" ? "*" : translateWeekdays(dayOfWeek);
  if (weekdays === null)
    return wrong(`cron(${inner}): "${dayOfWeek}" is no day-of-week (1-7 or SUN-SAT)`);
  const day = dayOfMonth === "?" ? "*" : dayOfMonth;
  const pattern = `0 ${minutes} ${hours} ${day} ${month} ${weekdays} ${year}`;
  try {
    const cron = new Cron(pattern, { timezone, paused: true, mode: "7-part" });
    cron.nextRun();
    return { ok: true, next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() ?? null };
  } catch (error) {
    return wrong(`cron(${inner}): ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** AWS counts Sunday as 1, croner as 0. `6L` is the last Friday, `3#2` the second Tuesday, `L` Saturday. */
function translateWeekdays(field: string): string | null {
  if (field === "*") return field;
  if (field === "L") return "6";
  const translated: string[] = [];
  for (const part of field.split(",")) {
    const pieces =
      /^(?:\*|([1-7]|[A-Z]{3})(?:-([1-7]|[A-Z]{3}))?)(?:(#[1-5])|(L))?(?:\/(\d+))?$/i.exec(part);
    if (pieces === null) return null;
    const [, from, to, nth, last, step] = pieces;
    const shift = (value: string): string =>
      /^\d$/.test(value) ? String(Number(value) - 1) : value;
    const range =
      from === undefined ? "*" : to === undefined ? shift(from) : `${shift(from)}-${shift(to)}`;
    // Cron of AWS: `2/2` starts at Monday and goes to the end of the week.
    const open =
      step !== undefined && from !== undefined && to === undefined ? `${range}-6` : range;
    translated.push(
      `${open}${nth ?? ""}${last === undefined ? "" : "#L"}${step === undefined ? "" : `/${step}`}`,
    );
  }
  return translated.join(",");
}

function wrong(reason: string): ScheduleExpression {
  return { ok: false, reason };
}
