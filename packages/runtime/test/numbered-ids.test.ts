import { expect, test } from "vitest";
import { isConnectionId } from "../src/lambda-events/ids.ts";
import { createNumberedIds, NumberedIds } from "../src/numbered-ids.ts";

/** Around every border of the arithmetic, and past 32 bits. */
const numbers = [0, 1, 2, 255, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 45];

test("ids have the shapes of AWS", () => {
  const ids = createNumberedIds();
  for (const number of numbers) {
    expect(ids.lambdaRequestId(number)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    for (const [id, kind] of [
      [ids.requestId(number), 0x05],
      [ids.messageId(number), 0x02],
    ] as const) {
      expect(isConnectionId(id)).toBe(true);
      const bytes = Buffer.from(id, "base64url");
      expect([bytes.length, bytes[8]]).toEqual([11, kind]);
      // No bits that the bytes do not have: the text is what those bytes are written as.
      expect(`${bytes.toString("base64url")}=`).toBe(id);
    }
  }
});

test("different numbers have different ids, whichever kind", () => {
  const ids = createNumberedIds();
  const seen = new Set<string>();
  const several = Array.from({ length: 20_000 }, (_, index) => index);
  // Numbers that share their lower 32 bits, too.
  const all = [...several, ...several.map((number) => number + 2 ** 32 * ((number % 99) + 1))];
  for (const number of all) {
    seen.add(ids.lambdaRequestId(number));
    seen.add(ids.requestId(number));
    seen.add(ids.messageId(number));
  }
  expect(seen.size).toBe(all.length * 3);
});

test("the seed alone decides: another process makes the same ids, another seed makes others", () => {
  const ids = createNumberedIds();
  const same = new NumberedIds(ids.seed);
  const other = createNumberedIds();
  for (const number of numbers) {
    expect(same.lambdaRequestId(number)).toBe(ids.lambdaRequestId(number));
    expect(same.messageId(number)).toBe(ids.messageId(number));
    expect(same.requestId(number)).toBe(ids.requestId(number));
    expect(other.requestId(number)).not.toBe(ids.requestId(number));
  }
});
