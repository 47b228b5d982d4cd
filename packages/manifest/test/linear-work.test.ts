import { Session } from "node:inspector/promises";
import { setFlagsFromString } from "node:v8";
import { expect, test } from "vitest";
import { parseArc, printArc, resolveManifest } from "../dist/index.js";

// Compiled code does not count every step; interpreted code does.
for (const flag of ["--no-opt", "--no-maglev", "--no-sparkplug"]) setFlagsFromString(flag);

/**
 * How often the blocks of this package's code ran: the same number on any machine, however busy.
 * V8 counts them; work inside its own functions (`indexOf`) is not counted.
 */
async function stepsOf(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  work();
  const { result } = await session.post("Profiler.takePreciseCoverage");
  session.disconnect();
  let steps = 0;
  for (const script of result) {
    if (!script.url.includes("/packages/manifest/dist/")) continue;
    for (const fn of script.functions) for (const range of fn.ranges) steps += range.count;
  }
  return steps;
}

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

const manifests: readonly (readonly [what: string, text: (count: number) => string])[] = [
  ["routes", (count) => `@http\n${lines(count, (n) => `get /path-${n}/:id`)}`],
  ["actions", (count) => `@ws\n${lines(count, (n) => `action-${n}`)}`],
  ["tables", (count) => `@tables\n${lines(count / 2, (n) => `table-${n}\n  id *String`)}`],
  ["events", (count) => `@events\n${lines(count, (n) => `event-${n}`)}`],
  ["comments", (count) => `@http\n${lines(count, (n) => `# comment ${n}`)}\nget /`],
  ["nested values", (count) => `@plugins\nx\n\n@x\n${lines(count / 2, (n) => `a${n}\n  b ${n}`)}`],
  ["mistakes", (count) => `@http\n${lines(count, (n) => `gte /path-${n}`)}`],
  ["the same mistake", (count) => `@http\n${lines(count, () => "get /same")}`],
  ["pragmas nobody knows", (count) => lines(count, (n) => `@weather-${n}`)],
];

test.each(manifests)("ten times as many %s are ten times the work", async (_what, text) => {
  const run = (count: number): void => {
    const { document } = parseArc(`@app\nx\n\n${text(count)}\n`, { file: "app.arc" });
    resolveManifest(document);
    printArc(document);
  };
  // The first count of what never ran before has its loading in it.
  await stepsOf(() => run(1_000));
  const small = await stepsOf(() => run(1_000));
  const large = await stepsOf(() => run(10_000));
  expect(small).toBeGreaterThan(1_000);
  expect(large / small).toBeGreaterThan(8);
  expect(large / small).toBeLessThan(11);
});
