import { expect, test, vi } from "vitest";
import type { InvocationResult } from "../../../src/invocation.ts";
import { createProcessStrategy } from "../../../src/execution/process/strategy.ts";
import { createTestClock } from "../../../src/test-clock.ts";
import { runFunction } from "../harness.ts";

test("a function that blocks is served by further environments", async () => {
  // All three wait for each other: only environments of their own let them end.
  const code = `import { pid } from "node:process";
  export const handler = async () => {
    const gateway = globalThis[Symbol.for("arclet.gateway")];
    await gateway.request("together", { type: "info" });
    return pid;
  };`;
  const waiting: (() => void)[] = [];
  const { value } = await runFunction(
    createProcessStrategy(),
    { code },
    {
      maxEnvironments: 3,
      channel: {
        request: () =>
          new Promise((resolve) => {
            waiting.push(() => resolve("gone"));
            if (waiting.length === 3) for (const go of waiting) go();
          }),
      },
    },
  );
  const processes = await Promise.all([value(), value(), value()]);
  expect(new Set(processes).size).toBe(3);
});

test("there are never more environments than allowed", async () => {
  const code = `import { pid } from "node:process";
  export const handler = async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return pid;
  };`;
  const { value } = await runFunction(createProcessStrategy(), { code }, { maxEnvironments: 2 });
  const processes = await Promise.all(Array.from({ length: 12 }, () => value()));
  expect(new Set(processes).size).toBe(2);
});

test("what waits behind a stuck invocation goes to another environment", async () => {
  const code = `export const handler = async (event) => {
    while (event.stuck) {}
    return event.n;
  };`;
  const { value, invoke } = await runFunction(
    createProcessStrategy(),
    { code, config: { timeout: 3 } },
    { maxEnvironments: 2 },
  );
  expect(await value({ n: 0 })).toBe(0);
  const stuck = invoke({ stuck: true });
  const others = [1, 2, 3, 4].map((n) => value({ n }));
  // Handed to the stuck environment ahead of time, and yet done before it is given up.
  const first = await Promise.race([stuck, Promise.all(others)]);
  expect(first).toEqual([1, 2, 3, 4]);
  expect(await stuck).toMatchObject({ kind: "timeout" });
});

test("a crash takes no invocation with it that had not begun", async () => {
  const code = `export const handler = async (event) => {
    if (event.crash) process.exit(1);
    return event.n;
  };`;
  const { value, invoke } = await runFunction(createProcessStrategy(), { code });
  await value({ n: 0 });
  const crash = invoke({ crash: true });
  const others = [1, 2, 3].map((n) => value({ n }));
  expect(await crash).toMatchObject({ errorType: "Runtime.ExitError" });
  expect(await Promise.all(others)).toEqual([1, 2, 3]);
});

test("a burst begins in the order in which it was given", async () => {
  const code = `const order = [];
  export const handler = async (event) => { order.push(event.n); return order; };`;
  const { value } = await runFunction(createProcessStrategy(), { code });
  const numbers = Array.from({ length: 100 }, (_, n) => n);
  const results = await Promise.all(numbers.map((n) => value({ n })));
  expect(results.at(-1)).toEqual(numbers);
});

test("what one source gave begins in order, though another environment is free sooner", async () => {
  const code = `export const handler = async ({ name }) => {
      await globalThis[Symbol.for("arclet.gateway")].request(name, { type: "info" });
    };`;
  const begun: string[] = [];
  const held = new Map<string, () => void>();
  let isOpen = false;
  const clock = createTestClock();
  const { invoker } = await runFunction(
    createProcessStrategy(),
    { code },
    {
      maxEnvironments: 2,
      clock,
      channel: {
        request: (name) =>
          new Promise((resolve) => {
            begun.push(name);
            if (isOpen) resolve("gone");
            else held.set(name, () => resolve("gone"));
          }),
      },
    },
  );
  const source = {};
  const give = (name: string, from?: object): Promise<InvocationResult> =>
    invoker.invoke("ws/default", JSON.stringify({ name }), from);
  const hasBegun = (name: string): Promise<void> =>
    vi.waitFor(() => expect(begun).toContain(name), { timeout: 5_000, interval: 1 });

  const one = give("one", source);
  await hasBegun("one");
  // Behind it, until patience ends; then it has an environment of its own.
  const other = give("other");
  await clock.advance(25);
  await hasBegun("other");

  // Behind the other, which is the younger one. From here on time stands still: nothing is taken back.
  const second = give("second", source);
  held.get("one")?.();
  await one;
  const third = give("third", source);
  const probe = give("probe");
  await hasBegun("probe");
  isOpen = true;
  for (const go of held.values()) go();
  await Promise.all([other, second, third, probe]);
  expect(begun).toEqual(["one", "other", "probe", "second", "third"]);
});
