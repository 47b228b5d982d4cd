import { expect, test } from "vitest";
import { Deadlines } from "../../src/gateway/deadlines.ts";
import { createTestClock } from "../../src/test-clock.ts";

test("each falls due at its time, whichever others were set, cancelled or have run", async () => {
  const clock = createTestClock();
  const deadlines = new Deadlines(clock);
  const ran: string[] = [];
  const set = (name: string, delayMs: number): { cancel(): void } =>
    deadlines.after(delayMs, () => ran.push(name));
  const first = set("first", 100);
  set("long", 300);
  await clock.advance(50);
  set("second", 100);
  first.cancel();
  await clock.advance(50);
  expect(ran).toEqual([]);
  await clock.advance(50);
  expect(ran).toEqual(["second"]);
  set("third", 100);
  set("never", Infinity);
  await clock.advance(99);
  expect(ran).toEqual(["second"]);
  await clock.advance(1);
  expect(ran).toEqual(["second", "third"]);
  await clock.advance(50);
  expect(ran).toEqual(["second", "third", "long"]);
  await clock.advance(10 ** 9);
  expect(ran).toEqual(["second", "third", "long"]);
});

test("one that sets another of the same delay does not run it at once", async () => {
  const clock = createTestClock();
  const deadlines = new Deadlines(clock);
  const ran: number[] = [];
  const again = (): void => {
    ran.push(clock.now());
    if (ran.length < 3) deadlines.after(10, again);
  };
  const start = clock.now();
  deadlines.after(10, again);
  deadlines.after(10, () => ran.push(-1)).cancel();
  await clock.advance(10);
  await clock.advance(10);
  await clock.advance(10);
  expect(ran).toEqual([start + 10, start + 20, start + 30]);
});
