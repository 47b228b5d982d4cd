import { expect, test } from "vitest";
import { SelfWrites } from "../../src/dev/self-writes.ts";

const file = "/p/src/ws/a/state.json";

/** A function that ran from 1000 to 1100. */
function afterRun(): SelfWrites {
  const writes = new SelfWrites();
  writes.begun("ws/a", "1", 1000);
  writes.ended("ws/a", "1", 1100);
  return writes;
}

test("a file written during two runs is the function's own", () => {
  const writes = afterRun();
  expect(writes.judge("ws/a", file, 1050, false)).toBe("edit");
  expect(writes.judge("ws/a", file, 1060, false)).toBe("newly muted");
  expect(writes.judge("ws/a", file, 9000, false)).toBe("muted");
});

test("a new file written during a run is nobody's edit", () => {
  expect(afterRun().judge("ws/a", file, 1050, true)).toBe("muted");
  expect(afterRun().judge("ws/a", file, 2000, true)).toBe("edit");
});

test("edits between runs count, however many", () => {
  const writes = afterRun();
  for (const time of [2000, 2001, 2002, 2003])
    expect(writes.judge("ws/a", file, time, false)).toBe("edit");
});

test("an edit by a person in between ends the suspicion", () => {
  const writes = afterRun();
  writes.judge("ws/a", file, 1050, false);
  writes.judge("ws/a", file, 5000, false);
  expect(writes.judge("ws/a", file, 1060, false)).toBe("edit");
});

test("sources, other functions' runs, and what is just after a run are edits", () => {
  const writes = afterRun();
  for (let count = 0; count < 3; count++) {
    expect(writes.judge("ws/a", "/p/src/ws/a/index.ts", 1050, false)).toBe("edit");
    expect(writes.judge("ws/b", "/p/src/ws/b/state.json", 1050, false)).toBe("edit");
    expect(writes.judge("ws/a", file, 1099, false)).toBe("edit");
  }
});

test("the time a function loads belongs to its run", () => {
  const writes = new SelfWrites();
  writes.begun("ws/a", "1", 1000);
  writes.ended("ws/a", "1", 1010, 200);
  expect(writes.judge("ws/a", file, 850, true)).toBe("muted");
});
