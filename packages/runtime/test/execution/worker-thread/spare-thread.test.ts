import { createRequire } from "node:module";
import { expect, onTestFinished, test } from "vitest";
import { SpareThread } from "../../../src/execution/worker-thread/spare-thread.ts";
import type { Thread } from "../../../src/execution/worker-thread/thread.ts";

const bootstrap = createRequire(import.meta.url).resolve("@arclet/runtime/worker-thread/bootstrap");
const options = { bootstrap, memoryMb: 128 };

function createSpare(): SpareThread {
  const spare = new SpareThread();
  onTestFinished(() => spare.close());
  return spare;
}

/** Threads of a test end with it. */
function owned(thread: Thread): Thread {
  onTestFinished(async () => {
    await thread.worker.terminate();
  });
  return thread;
}

test("the thread ahead is taken once", () => {
  const spare = createSpare();
  spare.prepare(options);
  spare.prepare(options);
  const first = owned(spare.take(options));
  const second = owned(spare.take(options));
  expect(second.worker.threadId).toBe(first.worker.threadId + 1);
  expect(first.worker.listenerCount("exit")).toBe(0);
});

test("a function with other memory gets a thread of its own", () => {
  const spare = createSpare();
  spare.prepare(options);
  const other = owned(spare.take({ ...options, memoryMb: 256 }));
  expect(other.worker.resourceLimits?.maxOldGenerationSizeMb).toBe(256);
  const same = owned(spare.take(options));
  expect(same.worker.threadId).toBe(other.worker.threadId - 1);
});
