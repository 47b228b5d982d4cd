import { expect, test } from "vitest";
import { parseSchedule } from "../../src/index.ts";

test.each([
  "rate(1 minute)",
  "rate(5 minutes)",
  "rate(1 day)",
  "rate( 2   hours )",
  "cron(0 10 * * ? *)",
  "cron(15 12 * * ? *)",
  "cron(0 18 ? * MON-FRI *)",
  "cron(0 8 1 * ? *)",
  "cron(0/15 * * * ? *)",
  "cron(0/10 * ? * MON-FRI *)",
  "cron(0/5 8-17 ? * MON-FRI *)",
  "cron(0 9 ? * 2#1 *)",
  "cron(0 9 ? * 6L 2026-2030)",
  "cron(0 9 L * ? *)",
  "cron(0 9 15W * ? *)",
  "cron(0 9 ? jan,FEB sun *)",
  "cron(0 0 29 2 ? *)",
])("%s is taken", (expression) => {
  expect(parseSchedule(expression)).toMatchObject({ ok: true });
});

test.each([
  ["rate(1 minutes)", "rate(1 minute)"],
  ["rate(5 minute)", "rate(5 minutes)"],
  ["rate(0 days)", "at least"],
  ["rate(-1 days)", "whole number"],
  ["rate(1.5 hours)", "whole number"],
  ["rate(1 week)", "minutes, hours or days"],
  ["rate()", "whole number"],
  ["every day", "rate(1 day)"],
  ["cron(99 12 * * ? *)", 'minutes "99"'],
  ["cron(60 12 * * ? *)", 'minutes "60"'],
  ["cron(0 24 * * ? *)", 'hours "24"'],
  ["cron(0 12 32 * ? *)", 'day of month "32"'],
  ["cron(0 12 0 * ? *)", 'day of month "0"'],
  ["cron(* * * FOO ? *)", 'month "FOO"'],
  ["cron(0 12 * 13 ? *)", 'month "13"'],
  ["cron(0 12 ? * 8 *)", 'day of week "8"'],
  ["cron(0 12 ? * 0 *)", 'day of week "0"'],
  ["cron(0 12 ? * MONDAY *)", 'day of week "MONDAY"'],
  ["cron(0 12 ? * 3#6 *)", 'day of week "3#6"'],
  ["cron(0 12 ? * 3#1,6#3 *)", 'day of week "3#1,6#3"'],
  ["cron(0 12 * * ? 1969)", 'year "1969"'],
  ["cron(0 12 * * ? 2200)", 'year "2200"'],
  ["cron(0 12 * * * *)", "must be ?"],
  ["cron(0 12 ? * ? *)", "must be ?"],
  ["cron(0 12 1 * 2 *)", "must be ?"],
  ["cron(? 12 * * ? *)", 'minutes "?"'],
  ["cron(0 12 * * ?)", "5 fields"],
  ["cron()", "0 fields"],
  ["cron(0 12 * * ? * *)", "7 fields"],
  ["cron(5-1 12 * * ? *)", 'minutes "5-1"'],
  ["cron(0/0 12 * * ? *)", 'minutes "0/0"'],
  ["cron(0/ 12 * * ? *)", 'minutes "0/"'],
  ["cron(1//2 12 * * ? *)", 'minutes "1//2"'],
  ["cron(1, 12 * * ? *)", 'minutes "1,"'],
  ["cron(-1 12 * * ? *)", 'minutes "-1"'],
  ["cron(0 0 31 2 ? *)", "never fires"],
  ["cron(0 0 31 APR ? *)", "never fires"],
])("%s is refused: %s", (expression, reason) => {
  const parsed = parseSchedule(expression);
  expect(parsed).toMatchObject({ ok: false });
  expect(parsed.ok ? "" : parsed.reason).toContain(reason);
});
