import { expect, test } from "vitest";
import { createProcessStrategy } from "../../../src/execution/process/strategy.ts";
import { runFunction } from "../harness.ts";

test("what a process answered before it exits counts, while more is handed to it", async () => {
  const code = `export const handler = async (event) => {
    if (event.exit) process.exit(1);
    return event.n;
  };`;
  const { invoke } = await runFunction(createProcessStrategy(), { code }, { maxEnvironments: 1 });
  const wrong: unknown[] = [];
  for (let round = 0; round < 40; round++) {
    const exits = { isOver: false };
    const answers: Promise<void>[] = [];
    const ask = (n: number): void => {
      answers.push(
        invoke({ n }).then((result) => {
          if (!result.ok || result.payload !== String(n)) wrong.push(result);
        }),
      );
    };
    for (let n = 0; n < 12; n++) ask(n);
    const exit = invoke({ exit: true }).then((result) => {
      exits.isOver = true;
      return result;
    });
    // Each turn hands more over, to a process that may have ended by now.
    for (let n = 12; n < 16; n++) ask(n);
    for (let n = 16; !exits.isOver; n += 4) {
      for (let more = 0; more < 4; more++) ask(n + more);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    expect(await exit).toMatchObject({ ok: false, errorType: "Runtime.ExitError" });
    await Promise.all(answers);
  }
  expect(wrong).toEqual([]);
});
