import { expect, test } from "vitest";
import { createStyle } from "../../src/terminal/style.ts";
import { trafficLines } from "../../src/terminal/traffic-line.ts";

test("what a client chose does not reach the terminal as control characters", () => {
  const options = { isVerbose: false, style: createStyle(false), columns: 80 };
  const closed = trafficLines(
    {
      type: "disconnected",
      connectionId: "abc=",
      code: 4000,
      reason: "\u001B[2Jgone\n\u009B31m",
      durationMs: 1,
    },
    options,
  );
  const asked = trafficLines(
    {
      type: "http",
      method: "GET",
      path: "/\u009B2J",
      routeKey: null,
      status: 404,
      durationMs: 1,
      reason: null,
    },
    options,
  );
  expect(closed).toHaveLength(2);
  expect(closed[1]?.trim()).toBe("�[2Jgone��31m");
  expect(asked.join()).toContain("/�2J");
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  expect([...closed, ...asked].join()).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/);
});
