import type { TrafficEvent } from "@arclet/runtime";
import {
  endLine,
  reportLine,
  reportRecord,
  startLine,
  startRecord,
} from "@arclet/runtime/lambda-logs";

type Begun = Extract<TrafficEvent, { type: "invocation-begun" }>;
type Invoked = Extract<TrafficEvent, { type: "invoked" }>;
type Report = Parameters<typeof reportLine>[0];

/** Lines that Lambda logs before a function's own lines, in the function's log format. */
export function linesBefore({ requestId, logging }: Begun, now: Date): readonly string[] {
  if (logging.logFormat === "Text") return [startLine(requestId)];
  return logging.systemLogLevel === "WARN" ? [] : [startRecord(requestId, now)];
}

/** Lines that Lambda logs after them. */
export function linesAfter(event: Invoked, now: Date): readonly string[] {
  const report = reportOf(event);
  const { logFormat, systemLogLevel } = event.logging;
  if (logFormat === "Text") return [endLine(event.requestId), reportLine(report)];
  const isTold = systemLogLevel !== "WARN" || report.status !== "success";
  return isTold ? [reportRecord(report, now)] : [];
}

function reportOf(event: Invoked): Report {
  const { requestId, durationMs, initDurationMs, memoryMb, usedMemoryMb, result } = event;
  const measured = { requestId, durationMs, initDurationMs, memoryMb, usedMemoryMb };
  if (!result.ok && result.kind === "timeout")
    return { ...measured, status: "timeout", errorType: null };
  // An error that the function returns is not Lambda's: the environment keeps running.
  const isEnd = !result.ok && (result.kind === "unhandled" || result.kind === "init");
  if (!isEnd) return { ...measured, status: "success", errorType: null };
  return { ...measured, status: "error", errorType: result.errorType };
}
