/** What Lambda's report line tells of an invocation. */
export interface InvocationReport {
  readonly requestId: string;
  readonly durationMs: number;
  /** Megabytes the function is configured with. */
  readonly memoryMb: number;
  /** Megabytes; null where nobody measured, and the line leaves it out. */
  readonly usedMemoryMb: number | null;
  /** Null for a warm environment. */
  readonly initDurationMs: number | null;
  readonly isTimeout: boolean;
}

/**
 * Lambda's own log lines, as CloudWatch shows them in text format.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export function startLine(requestId: string, version = "$LATEST"): string {
  return `START RequestId: ${requestId} Version: ${version}`;
}

export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}`;
}

/** Fields are tab-separated and end in a tab, as tools that read these lines expect. */
export function reportLine(report: InvocationReport): string {
  const { requestId, durationMs, memoryMb, usedMemoryMb, initDurationMs, isTimeout } = report;
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs(report)} ms`,
    `Memory Size: ${memoryMb} MB`,
  ];
  if (usedMemoryMb !== null) fields.push(`Max Memory Used: ${usedMemoryMb} MB`);
  if (initDurationMs !== null) fields.push(`Init Duration: ${initDurationMs.toFixed(2)} ms`);
  if (isTimeout) fields.push("Status: timeout");
  return `${fields.join("\t")}\t`;
}

/** Whole milliseconds, rounded up; since August 2025 the init is billed as well. */
function billedMs({ durationMs, initDurationMs }: InvocationReport): number {
  return Math.ceil(durationMs + (initDurationMs ?? 0));
}
