import { readSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { BeginPermits } from "../../../src/execution/process/begin-permits.ts";

function createPermits(): BeginPermits {
  const permits = new BeginPermits();
  onTestFinished(() => permits.close());
  return permits;
}

/** As the process of an environment does it. */
function take({ descriptor }: BeginPermits): boolean {
  return readSync(descriptor, Buffer.alloc(1), 0, 1, null) === 1;
}

test("as many begin as were granted", () => {
  const permits = createPermits();
  permits.grant(2);
  expect([take(permits), take(permits), take(permits)]).toEqual([true, true, false]);
});

test("what is taken back cannot begin, and what has begun cannot be taken back", () => {
  const permits = createPermits();
  permits.grant(3);
  take(permits);
  expect(permits.takeBack()).toBe(2);
  expect(take(permits)).toBe(false);
  permits.grant(1);
  expect(take(permits)).toBe(true);
  expect(permits.takeBack()).toBe(0);
});

test("a permit that was taken counts as unused for a moment at most", async () => {
  const permits = createPermits();
  permits.grant(2);
  take(permits);
  await expect.poll(() => permits.unused).toBe(process.platform === "linux" ? 1 : 2);
});
