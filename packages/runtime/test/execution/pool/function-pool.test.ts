import { expect, test } from "vitest";
import { createFakeFunction, type FakeFunction } from "../fake-function.ts";

/** Lets starts that were asked for come about. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const environmentsOf = ({ strategy }: FakeFunction): FakeFunction["strategy"]["environments"] =>
  strategy.environments;

test("what waits longer than patience is served by further environments, up to the most", async () => {
  const fn = await createFakeFunction({ maxEnvironments: 3 });
  for (const name of ["a", "b", "c", "d"]) fn.submit(name);
  await settled();
  expect(fn.begun()).toEqual(["a"]);
  for (let tick = 0; tick < 5; tick++) await fn.clock.advance(20);
  expect(fn.begun()).toEqual(["a", "b", "c"]);
  expect(environmentsOf(fn)).toHaveLength(3);
});

test("what was handed to a stuck environment ahead of time goes to another one", async () => {
  const fn = await createFakeFunction();
  for (const name of ["stuck", "b", "c"]) fn.submit(name);
  await settled();
  expect(environmentsOf(fn)[0]?.waiting).toHaveLength(2);
  await fn.clock.advance(20);
  await fn.clock.advance(20);
  environmentsOf(fn)[1]?.succeed();
  expect(fn.begun()).toEqual(["stuck", "b", "c"]);
});

test("a crash ends what runs, and what was behind it begins in another environment", async () => {
  const fn = await createFakeFunction({ maxEnvironments: 1 });
  const submitted = ["crash", "b", "c"].map((name) => fn.submit(name));
  await settled();
  environmentsOf(fn)[0]?.end();
  await settled();
  environmentsOf(fn)[1]?.succeed();
  environmentsOf(fn)[1]?.succeed();
  expect(submitted.map(({ results }) => results.map(({ ok }) => ok))).toEqual([
    [false],
    [true],
    [true],
  ]);
});

test("an orphan that its pool held for running is counted again when it runs", async () => {
  const fn = await createFakeFunction({ maxEnvironments: 1, beginsAtOnce: false, timeout: 3 });
  const source = {};
  for (const name of ["a", "b", "c"]) fn.submit(name, source);
  await settled();
  // It dies before it has begun anything, again and again.
  for (let life = 0; life < 5; life++) {
    environmentsOf(fn)[life]?.end();
    await settled();
  }
  for (let count = 0; count < 3; count++) {
    environmentsOf(fn)[5]?.begin();
    environmentsOf(fn)[5]?.succeed();
  }
  expect(fn.begun()).toEqual(["a", "b", "c"]);
});

test("the messages of one source begin in order, though another environment is free sooner", async () => {
  const fn = await createFakeFunction({ canPrefetch: true });
  const source = {};
  fn.submit("one", source);
  fn.submit("other");
  await fn.clock.advance(20);
  await fn.clock.advance(20);
  expect(fn.begun()).toEqual(["one", "other"]);
  const [first, second] = environmentsOf(fn);
  fn.submit("two", source);
  fn.submit("three", source);
  expect([first?.waiting.length, second?.waiting.length]).toContain(2);
  first?.succeed();
  second?.succeed();
  first?.succeed();
  second?.succeed();
  expect(fn.begun()).toEqual(["one", "other", "two", "three"]);
});

test("one source that floods does not hold up another", async () => {
  const fn = await createFakeFunction({ maxEnvironments: 1, canPrefetch: false });
  const flood = {};
  for (let n = 0; n < 100; n++) fn.submit(`flood ${n}`, flood);
  await settled();
  fn.submit("other", {});
  environmentsOf(fn)[0]?.succeed();
  environmentsOf(fn)[0]?.succeed();
  expect(fn.begun()).toEqual(["flood 0", "flood 1", "other"]);
});

test("the caller of an invocation that timed out does not wait until its environment has ended", async () => {
  const fn = await createFakeFunction({ maxEnvironments: 1, stopsAtOnce: false, timeout: 3 });
  const stuck = fn.submit("stuck");
  await settled();
  const behind = fn.submit("behind");
  await fn.clock.advance("3s");
  expect(stuck.results).toMatchObject([{ ok: false, kind: "timeout" }]);
  await settled();
  environmentsOf(fn)[1]?.succeed();
  expect(behind.results).toMatchObject([{ ok: true }]);
  const late = fn.strategy.begun[0];
  // It ends its work all the same: nobody listens.
  if (late !== undefined) environmentsOf(fn)[0]?.report(late);
  expect(stuck.results).toHaveLength(1);
  environmentsOf(fn)[0]?.end();
});

test("an environment that ends while it is being started is a failed init", async () => {
  const fn = await createFakeFunction({ maxEnvironments: 1 });
  const one = fn.submit("one");
  environmentsOf(fn)[0]?.end();
  await settled();
  expect(one.results).toMatchObject([{ ok: false, kind: "init" }]);
  const two = fn.submit("two");
  await settled();
  environmentsOf(fn)[1]?.succeed();
  expect(two.results).toMatchObject([{ ok: true }]);
});

test("reserved concurrency counts what waits and runs, exactly", async () => {
  const fn = await createFakeFunction({ reserved: 2, beginsAtOnce: false });
  const one = fn.submit("one");
  const two = fn.submit("two");
  await settled();
  expect(fn.submit("three").results).toMatchObject([{ kind: "throttled" }]);
  expect(two.withdraw()).toBe(true);
  expect(two.withdraw()).toBe(false);
  const four = fn.submit("four");
  expect(fn.submit("five").results).toMatchObject([{ kind: "throttled" }]);
  environmentsOf(fn)[0]?.end();
  await settled();
  expect([one.results, two.results, four.results]).toEqual([[], [], []]);
  expect(fn.submit("six").results).toMatchObject([{ kind: "throttled" }]);
});

test("what has begun cannot be withdrawn", async () => {
  const fn = await createFakeFunction();
  const one = fn.submit("one");
  await settled();
  expect(one.withdraw()).toBe(false);
  environmentsOf(fn)[0]?.succeed();
  expect(one.results).toHaveLength(1);
});

test("a reload passes on what has not begun, in order, also what the old build gives back later", async () => {
  const fn = await createFakeFunction({ maxEnvironments: 1 });
  const source = {};
  for (const name of ["a", "b", "c"]) fn.submit(name, source);
  await settled();
  const reloaded = fn.reload();
  await settled();
  expect(await reloaded).toBeNull();
  const [old, fresh] = environmentsOf(fn);
  expect(old?.waiting).toEqual([]);
  fresh?.succeed();
  fresh?.succeed();
  old?.succeed();
  expect(fn.begun()).toEqual(["a", "b", "c"]);
  expect(old?.hasEnded).toBe(true);
});

test("environments end when nobody has used them for seven minutes", async () => {
  const fn = await createFakeFunction({ maxEnvironments: 3 });
  for (const name of ["a", "b", "c"]) fn.submit(name);
  for (let tick = 0; tick < 5; tick++) await fn.clock.advance(20);
  for (const environment of environmentsOf(fn)) environment.succeed();
  await fn.clock.advance("8m");
  expect(environmentsOf(fn).filter(({ hasEnded }) => !hasEnded)).toHaveLength(0);
});

test("the warning that a return value is lost passes once for each build, output always", async () => {
  const fn = await createFakeFunction({ maxEnvironments: 1 });
  const logged: string[] = [];
  fn.traffic.listen((event) => {
    if (event.type === "log") logged.push(`${event.log.kind} ${event.log.text}`);
  });
  fn.submit("a");
  await settled();
  const [environment] = environmentsOf(fn);
  for (const kind of ["ignored-return", "output", "ignored-return", "output"] as const)
    environment?.log("same", kind);
  expect(logged).toEqual(["ignored-return same", "output same", "output same"]);
});
