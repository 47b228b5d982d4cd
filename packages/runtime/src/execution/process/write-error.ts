import type { ErrorReport } from "../handler/error-report.ts";
import type { BatchWriter } from "./batch-writer.ts";

/** Characters of each part of an error that are worth reading. */
const errorLength = 256 * 1024;

/** The fields `errorType`, `errorMessage` and `trace`. */
export function writeError(
  writer: BatchWriter,
  { errorType, errorMessage, trace }: ErrorReport,
): void {
  writer.text(cut(errorType));
  writer.text(cut(errorMessage));
  writer.text(cut(trace.join("\n")));
}

function cut(text: string): string {
  return text.length > errorLength ? text.slice(0, errorLength) : text;
}
