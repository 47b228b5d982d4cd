// Whole days of the real client over the platform's real rooms and logins, with the clock, the network
// and the functions in the hands of the test: whatever happens, docs/client.md holds.
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { testSecret } from "../rooms/test-kinds.ts";
import { deliveryFaults } from "./delivery-faults.ts";
import { dayMs, VirtualDay, type Mishap } from "./virtual-day.ts";

const seed = Number(process.env["ARCLET_DELIVERY_SEED"] ?? 7);
const runs = Number(process.env["ARCLET_DELIVERY_RUNS"] ?? 3);

const cut = fc.record({
  type: fc.constant("cut" as const),
  which: fc.constantFrom("all" as const, "oldest" as const, "newest" as const),
  offlineMs: fc.oneof(fc.constant(0), fc.nat({ max: 120_000 })),
  clientMs: fc.oneof(fc.nat({ max: 3000 }), fc.nat({ max: 900_000 })),
  // Every third disconnect is lost.
  platformMs: fc.option(fc.nat({ max: 30_000 }), { freq: 2, nil: null }),
  isOneWay: fc.boolean(),
});
const mishap: fc.Arbitrary<Mishap> = fc.record({
  person: fc.integer({ min: 1, max: 2 }),
  when: fc.oneof(
    fc.record({ atMs: fc.nat({ max: dayMs }) }),
    fc.record({ rollOver: fc.nat({ max: 14 }), afterMs: fc.nat({ max: 9000 }) }),
    // Most handshakes take less than a second.
    fc.record({ rollOver: fc.nat({ max: 14 }), afterMs: fc.nat({ max: 1000 }) }),
  ),
  what: fc.oneof(
    { weight: 6, arbitrary: cut },
    { weight: 1, arbitrary: fc.constant({ type: "page" as const }) },
    { weight: 2, arbitrary: fc.constant({ type: "functions" as const }) },
  ),
});

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
    now: 1_700_000_000_000,
  });
  vi.stubEnv("ARC_APP_SECRET", testSecret);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

for (const hasLogins of [true, false]) {
  test(`delivers by its rules for days, ${hasLogins ? "with" : "without"} logins`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(mishap, { minLength: 30, maxLength: 60 }),
        async (daySeed, mishaps) => {
          const day = new VirtualDay({ hasLogins, seed: daySeed, mishaps });
          await day.live();
          expect(deliveryFaults(day, hasLogins)).toEqual([]);
        },
      ),
      // A smaller example would be found by hundreds of further days.
      { seed, numRuns: runs, endOnFailure: true },
    );
  });
}
