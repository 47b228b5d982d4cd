/** A parsed rate or cron expression, or the reason it is invalid. */
export type ParsedSchedule =
  | { readonly ok: true; readonly kind: "rate"; readonly periodMs: number }
  | { readonly ok: true; readonly kind: "cron"; readonly fields: CronFields }
  | { readonly ok: false; readonly reason: string };

/** The six fields as written, in upper case. */
export interface CronFields {
  readonly minutes: string;
  readonly hours: string;
  readonly dayOfMonth: string;
  readonly month: string;
  readonly dayOfWeek: string;
  readonly year: string;
}

const rateUnitsMs: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Reads `rate(5 minutes)` and `cron(0 12 ? * MON-FRI *)`. EventBridge and the local scheduler
 * accept every expression that passes.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function parseSchedule(expression: string): ParsedSchedule {
  const [, kind, text = ""] = /^(rate|cron)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === undefined)
    return refuse(`"${expression}" is not a schedule: write rate(1 day) or cron(0 12 * * ? *)`);
  return kind === "rate" ? parseRate(text.trim()) : parseCron(text.trim());
}

function parseRate(text: string): ParsedSchedule {
  const [, digits, unit = "", plural] = /^(\d+)\s+(minute|hour|day)(s?)$/.exec(text) ?? [];
  if (digits === undefined)
    return refuse(
      `rate(${text}) must be a whole number and minutes, hours or days, such as rate(5 minutes)`,
    );
  const count = Number(digits);
  if (count === 0) return refuse(`rate(${text}) must be at least rate(1 ${unit})`);
  // EventBridge refuses `rate(1 minutes)` and `rate(5 minute)`.
  if ((count === 1) !== (plural === ""))
    return refuse(`rate(${text}) must be written rate(${count} ${unit}${count === 1 ? "" : "s"})`);
  const periodMs = count * (rateUnitsMs[unit] ?? 0);
  return Number.isSafeInteger(periodMs)
    ? { ok: true, kind: "rate", periodMs }
    : refuse(`rate(${text}) is too long`);
}

interface FieldRule {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
  /** Names for the numbers from `minimum` upwards. */
  readonly names?: readonly string[];
  /** Values specific to this field, such as `L`. */
  readonly special?: RegExp;
  readonly values: string;
}

const months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const weekdays = "SUN MON TUE WED THU FRI SAT".split(" ");
const weekday = `(?:[1-7]|${weekdays.join("|")})`;

const fieldRules: readonly FieldRule[] = [
  { name: "minutes", minimum: 0, maximum: 59, values: "0-59" },
  { name: "hours", minimum: 0, maximum: 23, values: "0-23" },
  {
    name: "day of month",
    minimum: 1,
    maximum: 31,
    special: /^(?:\?|L|LW|(?:[1-9]|[12]\d|3[01])W)$/,
    values: "1-31, L, LW, such as 15W, or ?",
  },
  { name: "month", minimum: 1, maximum: 12, names: months, values: "1-12 or JAN-DEC" },
  {
    name: "day of week",
    minimum: 1,
    maximum: 7,
    names: weekdays,
    special: new RegExp(`^(?:\\?|L|${weekday}L|${weekday}#[1-5])$`),
    values: "1-7 or SUN-SAT, L, such as 6L or 3#2, or ?",
  },
  { name: "year", minimum: 1970, maximum: 2199, values: "1970-2199" },
];

function parseCron(text: string): ParsedSchedule {
  const fields = text.toUpperCase().split(/\s+/);
  if (fields.length !== fieldRules.length)
    return refuse(
      `cron(${text}) has ${text === "" ? 0 : fields.length} fields and must have six: minutes, hours, day of month, month, day of week, year`,
    );
  for (const [index, rule] of fieldRules.entries()) {
    const field = fields[index] ?? "";
    if (!isField(field, rule))
      return refuse(`cron(${text}): the ${rule.name} "${field}" must be ${rule.values}`);
  }
  const [minutes = "", hours = "", dayOfMonth = "", month = "", dayOfWeek = "", year = ""] = fields;
  if ((dayOfMonth === "?") === (dayOfWeek === "?"))
    return refuse(`cron(${text}): exactly one of day of month and day of week must be ?`);
  const known = { minutes, hours, dayOfMonth, month, dayOfWeek, year };
  return isPossible(known)
    ? { ok: true, kind: "cron", fields: known }
    : refuse(`cron(${text}) never fires: none of its months has that day`);
}

/** Whether a field is a list of values, ranges and steps, or one value specific to the field. */
function isField(field: string, rule: FieldRule): boolean {
  if (rule.special?.test(field) === true) return true;
  return field.split(",").every((part) => isPart(part, rule));
}

/** Matches `*`, `5`, `MON` or `1-5`, optionally with a step: `0/15`. */
function isPart(part: string, rule: FieldRule): boolean {
  const [range = "", step, ...more] = part.split("/");
  if (more.length > 0) return false;
  if (step !== undefined && !isWithin(step, 1, rule.maximum)) return false;
  if (range === "*") return true;
  const [from = "", to, ...rest] = range.split("-");
  const first = numberOf(from, rule);
  if (first === null || rest.length > 0) return false;
  if (to === undefined) return true;
  const last = numberOf(to, rule);
  return last !== null && first <= last;
}

function numberOf(text: string, { minimum, maximum, names = [] }: FieldRule): number | null {
  const index = names.indexOf(text);
  if (index !== -1) return minimum + index;
  return isWithin(text, minimum, maximum) ? Number(text) : null;
}

function isWithin(text: string, minimum: number, maximum: number): boolean {
  return /^\d{1,4}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum;
}

/** Days per month. February has 29, because it does in leap years. */
const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isPossible({ dayOfMonth, month }: CronFields): boolean {
  const day = /^(\d+)W?$/.exec(dayOfMonth)?.[1];
  const name = /^(?:\d+|[A-Z]{3})$/.test(month) ? month : null;
  if (day === undefined || name === null) return true;
  const index = months.includes(name) ? months.indexOf(name) : Number(name) - 1;
  return Number(day) <= (longestMonths[index] ?? 31);
}

function refuse(reason: string): ParsedSchedule {
  return { ok: false, reason };
}

/** Whether a name such as `Europe/Berlin` is a time zone known to ICU, and so to EventBridge Scheduler. */
export function isTimezone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    // JavaScript also accepts offsets such as +02:00, which EventBridge Scheduler refuses.
    return !/^[+-]/.test(timeZone);
  } catch {
    return false;
  }
}
