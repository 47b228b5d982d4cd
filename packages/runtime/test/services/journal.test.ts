import { appendFile, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../src/services/journal.ts";
import { temporaryDirectory } from "./local-services.ts";

test("values that were put and not removed are there after reopening, oldest first", async () => {
  const file = join(await temporaryDirectory(), "a/b.journal");
  const first = await openJournal<number>(file);
  await Promise.all([first.put("x", 1), first.put("y", 2), first.put("z", 3), first.remove("y")]);
  await first.put("x", 4);
  await first.close();
  const second = await openJournal<number>(file);
  expect([...second.kept]).toEqual([
    ["x", 4],
    ["z", 3],
  ]);
  await second.close();
});

test("a line that a crash cut off was never acknowledged, and is dropped", async () => {
  const file = join(await temporaryDirectory(), "cut.journal");
  const first = await openJournal<string>(file);
  await first.put("whole", "kept");
  await first.close();
  await appendFile(file, '["half","los');
  const second = await openJournal<string>(file);
  expect([...second.kept]).toEqual([["whole", "kept"]]);
  await second.close();
});

test("it does not grow with removed values", async () => {
  const file = join(await temporaryDirectory(), "long.journal");
  const journal = await openJournal<string>(file);
  await journal.put("stays", "here");
  for (let count = 0; count < 5000; count += 1) {
    void journal.put("comes", String(count));
    void journal.remove("comes");
  }
  await journal.put("last", "too");
  await journal.close();
  expect((await stat(file)).size).toBeLessThan(40_000);
  const again = await openJournal<string>(file);
  expect([...again.kept.keys()]).toEqual(["stays", "last"]);
  expect(await readFile(file, "utf8")).toBe('["stays","here"]\n["last","too"]\n');
  await again.close();
});
