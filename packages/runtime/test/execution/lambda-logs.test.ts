import { expect, test } from "vitest";
import {
  endLine,
  reportLine,
  reportRecord,
  startLine,
  startRecord,
} from "../../src/execution/lambda-logs.ts";

const requestId = "8f507cfc-1f1f-4f4a-9c0c-3b1e6f0f2a11";
const warm = {
  requestId,
  durationMs: 3.456,
  memoryMb: 1152,
  usedMemoryMb: 61,
  initDurationMs: null,
  status: "success",
  errorType: null,
} as const;

test("start and end name the request", () => {
  expect(startLine(requestId)).toBe(`START RequestId: ${requestId} Version: $LATEST`);
  expect(endLine(requestId)).toBe(`END RequestId: ${requestId}`);
});

test("the report of a warm invocation has durations and memory", () => {
  expect(reportLine(warm)).toBe(
    `REPORT RequestId: ${requestId}\tDuration: 3.46 ms\tBilled Duration: 4 ms\tMemory Size: 1152 MB\tMax Memory Used: 61 MB\t`,
  );
});

test("the report of a first invocation has its init, which is billed", () => {
  expect(reportLine({ ...warm, initDurationMs: 120.5, usedMemoryMb: null })).toBe(
    `REPORT RequestId: ${requestId}\tDuration: 3.46 ms\tBilled Duration: 124 ms\tMemory Size: 1152 MB\tInit Duration: 120.50 ms\t`,
  );
});

test("the report names a timeout", () => {
  expect(reportLine({ ...warm, status: "timeout" })).toMatch(/\tStatus: timeout\t$/);
});

test("the report of an environment's end names the error", () => {
  expect(reportLine({ ...warm, status: "error", errorType: "Runtime.ExitError" })).toMatch(
    /\tStatus: error\tError Type: Runtime\.ExitError\t$/,
  );
});

test("in JSON, start and report are events", () => {
  const now = new Date(1_700_000_000_000);
  expect(JSON.parse(startRecord(requestId, now))).toEqual({
    time: "2023-11-14T22:13:20.000Z",
    type: "platform.start",
    record: { requestId, version: "$LATEST" },
  });
  expect(JSON.parse(reportRecord({ ...warm, initDurationMs: 120.5 }, now))).toEqual({
    time: "2023-11-14T22:13:20.000Z",
    type: "platform.report",
    record: {
      requestId,
      metrics: {
        durationMs: 3.456,
        billedDurationMs: 124,
        memorySizeMB: 1152,
        maxMemoryUsedMB: 61,
        initDurationMs: 120.5,
      },
      status: "success",
    },
  });
});
