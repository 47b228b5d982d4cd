import { expect, test } from "vitest";
import { createProcessStrategy } from "../../src/execution/process/strategy.ts";
import { runFunction } from "./harness.ts";

const answers = (text: string): string =>
  `export const handler = async () => ${JSON.stringify(text)};`;

test("new code takes over without a lost invocation", async () => {
  const fn = await runFunction(createProcessStrategy(), { code: answers("old") });
  expect(await fn.value()).toBe("old");
  const results: Promise<unknown>[] = [];
  const progress = { isSwapped: false };
  const swap = fn.set({ code: answers("new") }).finally(() => {
    progress.isSwapped = true;
  });
  while (!progress.isSwapped) {
    results.push(fn.value());
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await swap).toBeNull();
  results.push(fn.value());
  const values = await Promise.all(results);
  expect(new Set(values)).toEqual(new Set(["old", "new"]));
  // Never back to the old code.
  expect(values.lastIndexOf("old")).toBeLessThan(values.indexOf("new"));
});

test("an invocation that runs during the swap ends in the old code", async () => {
  let letGo = (): void => undefined;
  let tellAsked = (): void => undefined;
  const isAsked = new Promise<void>((resolve) => {
    tellAsked = resolve;
  });
  const channel = {
    request: () =>
      new Promise<"gone">((resolve) => {
        letGo = () => resolve("gone");
        tellAsked();
      }),
  };
  const code = `export const handler = async () => {
    await globalThis[Symbol.for("arclet.gateway")].request("a", { type: "info" });
    return "old";
  };`;
  const fn = await runFunction(createProcessStrategy(), { code }, { channel });
  const running = fn.value();
  await isAsked;
  const behind = fn.value();
  expect(await fn.set({ code: answers("new") })).toBeNull();
  expect(await behind).toBe("new");
  letGo();
  expect(await running).toBe("old");
});

test("code that cannot be loaded leaves the old code in place", async () => {
  const fn = await runFunction(createProcessStrategy(), { code: answers("old") });
  expect(await fn.value()).toBe("old");
  const failed = await fn.set({ code: "throw new Error('broken')" });
  expect(failed).toMatchObject({
    failure: { kind: "init", errorMessage: "broken" },
    isKnown: false,
  });
  expect(failed?.runningSince).toBeTypeOf("number");
  expect(await fn.value()).toBe("old");
  expect(await fn.set({ code: answers("mended") })).toBeNull();
  expect(await fn.value()).toBe("mended");
});

test("reserved concurrency 0 switches a function off", async () => {
  const fn = await runFunction(createProcessStrategy(), {
    code: answers("never"),
    config: { concurrency: 0 },
  });
  expect(await fn.invoke()).toMatchObject({
    ok: false,
    kind: "throttled",
    errorType: "TooManyRequestsException",
  });
});

test("invocations beyond the reserved concurrency are throttled", async () => {
  const fn = await runFunction(createProcessStrategy(), {
    code: answers("served"),
    config: { concurrency: 2 },
  });
  const results = await Promise.all([fn.invoke(), fn.invoke(), fn.invoke()]);
  expect(results.map(({ ok }) => ok)).toEqual([true, true, false]);
  expect(await fn.value()).toBe("served");
});

test("an unknown function and one that was removed are not found", async () => {
  const fn = await runFunction(createProcessStrategy(), { code: answers("here") });
  expect(await fn.invoker.invoke("ws/other", "{}")).toMatchObject({
    errorType: "ResourceNotFoundException",
  });
  expect(await fn.value()).toBe("here");
  fn.invoker.removeFunction("ws/default");
  expect(await fn.invoke()).toMatchObject({ errorType: "ResourceNotFoundException" });
});

test("an event above 6 MB is refused, counted in bytes", async () => {
  const fn = await runFunction(createProcessStrategy(), { code: answers("fits") });
  expect(await fn.invoke("ü".repeat(3_200_000))).toMatchObject({
    errorType: "RequestEntityTooLargeException",
    errorMessage:
      "6400002 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)",
  });
  // Two are the quotes of the JSON.
  expect(await fn.invoke("x".repeat(6_291_454))).toMatchObject({ ok: true });
  expect(await fn.invoke("x".repeat(6_291_455))).toMatchObject({ ok: false });
});

test("every environment has a log stream of its own", async () => {
  const code = `let asked = globalThis[Symbol.for("arclet.gateway")];
  export const handler = async (event, context) => {
    await asked.request("a", { type: "info" });
    return [context.logStreamName, process.env.AWS_LAMBDA_LOG_STREAM_NAME];
  };`;
  const waiting: (() => void)[] = [];
  const fn = await runFunction(
    createProcessStrategy(),
    { code },
    {
      maxEnvironments: 2,
      // Both wait for each other: only two environments let them end.
      channel: {
        request: () =>
          new Promise((resolve) => {
            waiting.push(() => resolve("gone"));
            if (waiting.length === 2) for (const go of waiting) go();
          }),
      },
    },
  );
  const [first, second] = (await Promise.all([fn.value(), fn.value()])) as [string[], string[]];
  expect(first[0]).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  expect(first[0]).toBe(first[1]);
  expect(second[0]).toBe(second[1]);
  expect(first[0]).not.toBe(second[0]);
});
