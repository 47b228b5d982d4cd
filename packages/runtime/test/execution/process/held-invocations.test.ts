import { expect, test } from "vitest";
import { HeldInvocations } from "../../../src/execution/process/held-invocations.ts";
import type { Invocation } from "../../../src/invocation.ts";
import { createNumberedIds } from "../../../src/numbered-ids.ts";

const ids = createNumberedIds();

function invocation(number: number): Invocation {
  return { number, ids, requestId: ids.lambdaRequestId(number), event: "{}" };
}

/** A map, which is plainly right, does the same. */
test("whatever comes and goes in whichever order, what is held is what a map would hold", () => {
  const held = new HeldInvocations();
  let model: [number, Invocation][] = [];
  let next = 0;
  let state = 7;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let step = 0; step < 20_000; step++) {
    const action = random(10);
    if (action < 5 || model.length === 0) {
      const added = invocation(++next);
      held.push(next, added);
      model.push([next, added]);
    } else if (action < 9) {
      // Mostly the oldest; now and then one of the first few.
      const at = action < 8 ? 0 : random(Math.min(model.length, 4));
      const [entry] = model.splice(at, 1);
      expect(held.take(entry?.[0] ?? 0)).toBe(entry?.[1]);
    } else {
      const count = random(3);
      const taken = model.slice(Math.max(0, model.length - count));
      model = model.slice(0, Math.max(0, model.length - count));
      expect(held.takeNewest(count)).toEqual(taken.map(([, entry]) => entry));
    }
    expect(held.size).toBe(model.length);
    expect(held.oldest(3)).toEqual(model.slice(0, 3).map(([, entry]) => entry));
  }
  expect(next).toBeGreaterThan(9000);
});

test("a number that is not here, or not any more, gives nothing", () => {
  const held = new HeldInvocations();
  expect(held.take(1)).toBeNull();
  held.push(1, invocation(1));
  held.take(1);
  expect(held.take(1)).toBeNull();
  expect(held.takeNewest(5)).toEqual([]);
  expect(held.oldest(-1)).toEqual([]);
});

test("running and waiting invocations are distinguished by their place", () => {
  const held = new HeldInvocations();
  const all = [1, 2, 3].map(invocation);
  for (const one of all) held.push(one.number, one);
  expect(all.map((one) => held.isAmongOldest(one, 2))).toEqual([true, true, false]);
  held.take(1);
  expect(all.map((one) => held.isAmongOldest(one, 1))).toEqual([false, true, false]);
});
