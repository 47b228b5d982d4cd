// Random lives of a function: whatever its environments do, each invocation has one result, begins once
// at most and in the order of its source, and nothing waits while there is room.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FakeEnvironment } from "../fake-strategy.ts";
import { createFakeFunction, type FakeFunction, type Submitted } from "../fake-function.ts";

const runs = Number(process.env["ARCLET_POOL_RUNS"] ?? 1_000);
const sourceCount = 4;

type Step =
  | { readonly type: "submit"; readonly source: number; readonly count: number }
  | { readonly type: "ready" | "fail-init" | "begin" | "succeed" | "crash"; readonly of: number }
  | { readonly type: "late-result"; readonly of: number; readonly which: number }
  | { readonly type: "withdraw"; readonly which: number }
  | { readonly type: "pass"; readonly ms: number }
  | { readonly type: "reload" };

const number = fc.nat({ max: 1_000 });
const onEnvironment = fc.record({
  type: fc.constantFrom("ready", "fail-init", "begin", "succeed", "crash"),
  of: number,
});
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant("submit"),
        // The last one stands for none.
        source: fc.nat({ max: sourceCount }),
        count: fc.integer({ min: 1, max: 12 }),
      }),
    },
    { weight: 12, arbitrary: onEnvironment },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant("late-result"), of: number, which: number }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("withdraw"), which: number }) },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant("pass"),
        ms: fc.constantFrom(1, 20, 25, 500, 3000),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("reload") }) },
  ) as fc.Arbitrary<Step>,
  { minLength: 1, maxLength: 60 },
);

const options = fc.record({
  canPrefetch: fc.boolean(),
  startsAtOnce: fc.boolean(),
  beginsAtOnce: fc.boolean(),
  stopsAtOnce: fc.boolean(),
  maxEnvironments: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
});

/** A function with all that was ever asked of it. */
class Life {
  readonly fn: FakeFunction;
  readonly submitted: Submitted[] = [];
  readonly withdrawn = new Set<Submitted>();
  readonly #sources = Array.from({ length: sourceCount }, () => ({}));
  readonly #reloads: Promise<unknown>[] = [];

  constructor(fn: FakeFunction) {
    this.fn = fn;
  }

  async take(step: Step): Promise<void> {
    switch (step.type) {
      case "submit":
        for (let count = 0; count < step.count; count++) {
          const name = String(this.submitted.length);
          this.submitted.push(this.fn.submit(name, this.#sources[step.source]));
        }
        break;
      case "ready":
        pick(
          this.environments((environment) => environment.isStarting),
          step.of,
        )?.ready();
        break;
      case "fail-init":
        pick(
          this.environments((environment) => environment.isStarting),
          step.of,
        )?.failInit();
        break;
      case "begin":
        pick(this.environments(isAlive), step.of)?.begin();
        break;
      case "succeed":
        pick(this.environments(isAlive), step.of)?.succeed();
        break;
      case "crash":
        pick(this.environments(isAlive), step.of)?.end();
        break;
      case "late-result": {
        const environment = pick([...this.fn.strategy.environments], step.of);
        const invocation = pick([...this.fn.strategy.begun], step.which);
        // One that is running in it would not be late.
        if (environment === undefined || invocation === undefined) break;
        if (!environment.running.includes(invocation)) environment.report(invocation);
        break;
      }
      case "withdraw": {
        const one = pick(this.submitted, step.which);
        if (one?.withdraw() === true) this.withdrawn.add(one);
        break;
      }
      case "pass":
        await this.fn.clock.advance(step.ms);
        break;
      case "reload":
        this.#reloads.push(this.fn.reload());
        break;
    }
    await settled();
  }

  environments(which: (environment: FakeEnvironment) => boolean): FakeEnvironment[] {
    return this.fn.strategy.environments.filter(which);
  }

  /** What is wrong so far, in words. */
  faults(): string[] {
    const faults: string[] = [];
    const begun = this.fn.begun();
    if (new Set(begun).size < begun.length) faults.push(`began twice: ${begun.join()}`);
    for (const one of this.submitted) {
      const most = this.withdrawn.has(one) ? 0 : 1;
      if (one.results.length > most) faults.push(`${one.name} has ${one.results.length} results`);
      if (most === 0 && begun.includes(one.name))
        faults.push(`${one.name} began, though withdrawn`);
    }
    for (const source of this.#sources) {
      const own = new Set(this.submitted.filter((one) => one.source === source).map(nameOf));
      const order = begun.filter((name) => own.has(name));
      const given = order.toSorted((a, b) => Number(a) - Number(b));
      if (order.join() !== given.join()) faults.push(`began out of order: ${order.join()}`);
    }
    return faults;
  }

  /** Everything ends well from now on: whatever waits must get its turn. */
  async finish(): Promise<void> {
    for (let round = 0; this.unsettled.length > 0; round++) {
      if (round > 3 * this.submitted.length + 50) {
        throw new Error(`never answered: ${this.unsettled.map(nameOf).join()}`);
      }
      for (const environment of this.fn.strategy.environments) {
        environment.ready();
        if (environment.isStopping) environment.end();
      }
      await settled();
      for (const environment of this.environments(isAlive)) {
        environment.begin();
        environment.succeed();
      }
      await this.fn.clock.advance(20);
      await settled();
    }
  }

  get unsettled(): readonly Submitted[] {
    return this.submitted.filter((one) => one.results.length === 0 && !this.withdrawn.has(one));
  }

  async close(): Promise<void> {
    const closed = this.fn.invoker.close();
    for (const environment of this.fn.strategy.environments) environment.end();
    await closed;
    await Promise.all(this.#reloads);
  }
}

function isAlive({ isStarting, hasEnded }: FakeEnvironment): boolean {
  return !isStarting && !hasEnded;
}

function nameOf({ name }: Submitted): string {
  return name;
}

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)];
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

test("whatever environments do, every invocation has one result, in order, and nothing waits for ever", async () => {
  await fc.assert(
    fc.asyncProperty(options, steps, async (behaviour, life) => {
      const own = new Life(await createFakeFunction(behaviour));
      for (const step of life) {
        await own.take(step);
        expect(own.faults()).toEqual([]);
      }
      await own.finish();
      expect(own.faults()).toEqual([]);
      await own.close();
    }),
    { numRuns: runs, endOnFailure: true },
  );
}, 300_000);

test("a function that is stopped answers all that it was asked", async () => {
  await fc.assert(
    fc.asyncProperty(options, steps, async (behaviour, life) => {
      const own = new Life(await createFakeFunction(behaviour));
      for (const step of life) await own.take(step);
      await own.close();
      expect(own.faults()).toEqual([]);
      expect(own.unsettled.map(nameOf)).toEqual([]);
    }),
    { numRuns: Math.ceil(runs / 4), endOnFailure: true },
  );
}, 300_000);
