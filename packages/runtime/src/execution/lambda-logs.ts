/** What Lambda's report line says of an invocation. */
export interface InvocationReport {
  readonly requestId: string;
  readonly durationMs: number;
  /** Megabytes the function is configured with. */
  readonly memoryMb: number;
  /** Megabytes; null where nobody measured, and the line leaves it out. */
  readonly usedMemoryMb: number | null;
  /** Null for a warm environment. */
  readonly initDurationMs: number | null;
  readonly status: "success" | "error" | "timeout";
  /** Of the error that ended the environment: `Runtime.ExitError`. Null when it lives on. */
  readonly errorType: string | null;
}

// Lambda's own log lines, as CloudWatch shows them.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html

export function startLine(requestId: string, version = "$LATEST"): string {
  return `START RequestId: ${requestId} Version: ${version}`;
}

export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}`;
}

/** Fields are tab-separated and end in a tab, as tools that read these lines expect. */
export function reportLine(report: InvocationReport): string {
  const { requestId, durationMs, memoryMb, usedMemoryMb, initDurationMs } = report;
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs(report)} ms`,
    `Memory Size: ${memoryMb} MB`,
  ];
  if (usedMemoryMb !== null) fields.push(`Max Memory Used: ${usedMemoryMb} MB`);
  if (initDurationMs !== null) fields.push(`Init Duration: ${initDurationMs.toFixed(2)} ms`);
  if (report.status === "timeout") fields.push("Status: timeout");
  else if (report.errorType !== null) fields.push(`Status: error\tError Type: ${report.errorType}`);
  return `${fields.join("\t")}\t`;
}

// With the log format JSON these are events instead.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html

export function startRecord(requestId: string, now: Date, version = "$LATEST"): string {
  return record("platform.start", now, { requestId, version });
}

export function reportRecord(report: InvocationReport, now: Date): string {
  const { requestId, durationMs, memoryMb, usedMemoryMb, initDurationMs, status } = report;
  return record("platform.report", now, {
    requestId,
    metrics: {
      durationMs: rounded(durationMs),
      billedDurationMs: billedMs(report),
      memorySizeMB: memoryMb,
      ...(usedMemoryMb === null ? {} : { maxMemoryUsedMB: usedMemoryMb }),
      ...(initDurationMs === null ? {} : { initDurationMs: rounded(initDurationMs) }),
    },
    status,
    ...(report.errorType === null ? {} : { errorType: report.errorType }),
  });
}

function record(type: string, now: Date, fields: object): string {
  return JSON.stringify({ time: now.toISOString(), type, record: fields });
}

/** Three digits, as Lambda's metrics have. */
function rounded(milliseconds: number): number {
  return Number(milliseconds.toFixed(3));
}

/** Whole milliseconds, rounded up; since August 2025 the init is billed as well. */
function billedMs({ durationMs, initDurationMs }: InvocationReport): number {
  return Math.ceil(durationMs + (initDurationMs ?? 0));
}
