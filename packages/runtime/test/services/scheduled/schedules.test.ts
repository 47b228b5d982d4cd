import type { Schedule } from "@arclet/manifest";
import { describe, expect, test } from "vitest";
import { parseScheduleExpression } from "../../../src/services/scheduled/schedule-expression.ts";
import { startServices } from "../local-services.ts";

const scheduleOf = (expression: string, timezone = "UTC"): { schedules: Schedule[] } => ({
  schedules: [{ name: "tick", functionId: "scheduled/tick", expression, timezone, origin: null }],
});

describe("on the clock", () => {
  test("a rate fires with EventBridge's event", async () => {
    const { invoker, clock } = await startServices(scheduleOf("rate(5 minutes)"));
    await clock.advance("15m");
    expect(invoker.calls).toHaveLength(3);
    expect(invoker.calls[0]).toMatchObject({
      functionId: "scheduled/tick",
      event: {
        "detail-type": "Scheduled Event",
        source: "aws.events",
        time: "2023-11-14T22:18:20Z",
      },
    });
  });

  // The clock starts at 2023-11-14T22:13:20Z.
  test.each([
    ["UTC", ["2023-11-15T08:30:00Z", "2023-11-16T08:30:00Z"]],
    ["America/New_York", ["2023-11-15T13:30:00Z", "2023-11-16T13:30:00Z"]],
  ])("a cron expression means the time of day in %s", async (timezone, times) => {
    const { invoker, clock } = await startServices(scheduleOf("cron(30 8 * * ? *)", timezone));
    await clock.advance("2d");
    expect(invoker.calls.map(({ event }) => event["time"])).toEqual(times);
  });

  test("a failure is tried again after one and two minutes, and does not stop the next turn", async () => {
    const { invoker, clock } = await startServices(scheduleOf("rate(1 hour)"));
    invoker.fail = () => true;
    await clock.advance("1h");
    await clock.advance("1m");
    await clock.advance("2m");
    await clock.advance("56m");
    expect(invoker.calls.map(({ event }) => event["time"])).toEqual([
      "2023-11-14T23:13:20Z",
      "2023-11-14T23:13:20Z",
      "2023-11-14T23:13:20Z",
    ]);
    await clock.advance("1m");
    expect(invoker.calls).toHaveLength(4);
  });

  test("an invocation that fails at every attempt is a dead letter, with its event", async () => {
    const { services, invoker, clock } = await startServices(scheduleOf("rate(1 hour)"));
    invoker.fail = () => true;
    await clock.advance("1h");
    await clock.advance("1m");
    expect(services.deadLetters()).toEqual([]);
    await clock.advance("2m");
    expect(services.deadLetters()).toMatchObject([
      { service: "scheduled", source: "tick", functionId: "scheduled/tick", error: "Error: no" },
    ]);
    expect(services.deadLetters()[0]?.payload).toContain("2023-11-14T23:13:20Z");
  });
});

describe("expressions", () => {
  test.each([
    ["cron(0 12 ? * 2 *)", "2026-01-05T12:00:00.000Z"],
    ["cron(0 12 ? * MON-FRI *)", "2026-01-01T12:00:00.000Z"],
    ["cron(30 8 L * ? *)", "2026-01-31T08:30:00.000Z"],
    ["cron(0 0 ? * 6#1 *)", "2026-01-02T00:00:00.000Z"],
    ["cron(0 0 ? * 6L *)", "2026-01-30T00:00:00.000Z"],
  ])("%s fires next at %s", (expression, expected) => {
    const parsed = parseScheduleExpression(expression, "UTC");
    const next = parsed.ok ? parsed.next(Date.parse("2026-01-01T00:00:00Z")) : null;
    expect(next === null ? parsed : new Date(next).toISOString()).toBe(expected);
  });

  test.each([
    "rate(1 minutes)",
    "rate(0 days)",
    "cron(0 12 * * *)",
    "cron(0 12 * * 2 *)",
    "every day",
  ])("%s is refused", (expression) => {
    expect(parseScheduleExpression(expression, "UTC").ok).toBe(false);
  });
});
