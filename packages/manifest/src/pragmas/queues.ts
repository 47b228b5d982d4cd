import { DiagnosticLog } from "../diagnostic-log.ts";
import type { Diagnostic, Location } from "../diagnostic.ts";
import { eventSources, largestBatchWithoutWindow } from "../event-sources.ts";
import type { Queue } from "../manifest.ts";
import { queueIntegers } from "../rules/pragma-catalog.ts";
import { linesOf } from "../syntax/ast.ts";
import { readEventName } from "./event-name.ts";
import type { PragmaReader } from "./pragma-context.ts";
import { readEntry, readFlag, readInteger, type Setting } from "./settings.ts";

const code = "queue-setting-invalid";

/** `https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html` */
const longestName = 80;

type Draft = { -readonly [Key in keyof Queue]: Queue[Key] };

export const readQueues: PragmaReader = (pragma, context) => {
  for (const line of linesOf(pragma.body)) {
    const name = readEventName(line, context, "a queue", longestName);
    const origin = context.locate(line.span);
    const settings: Record<string, Location> = {};
    const draft: Omit<Draft, "name" | "functionId"> = {
      fifo: true,
      batchSize: 1,
      batchWindow: 0,
      settings,
      origin,
    };
    const integer =
      (key: keyof typeof queueIntegers) =>
      (setting: Setting): void => {
        settings[key] = context.locate(spanOfSetting(setting));
        const value = readInteger(context, setting, queueIntegers[key], code);
        if (value !== null) draft[key] = value;
      };
    const src = readEntry(line, context, "a queue", {
      fifo: (setting) => {
        draft.fifo = readFlag(context, setting, code) ?? draft.fifo;
      },
      batchSize: integer("batchSize"),
      batchWindow: integer("batchWindow"),
      visibilityTimeout: integer("visibilityTimeout"),
      maxReceiveCount: integer("maxReceiveCount"),
    });
    if (name === null) continue;
    const { span } = line;
    const functionId = context.addFunction({ pragma: "queues", name, src, folders: [name], span });
    if (functionId !== null) context.draft.queues.push({ name, functionId, ...draft });
  }
};

function spanOfSetting({ key, values }: Setting): { start: number; end: number } {
  return { start: key.span.start, end: (values.at(-1) ?? key).span.end };
}

/**
 * Reports event source mappings that AWS refuses. Runs once the functions' `config.arc` files are read.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export function checkQueues(manifest: Parameters<typeof eventSources>[0]): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const sources = eventSources(manifest).queues;
  for (const [index, queue] of manifest.queues.entries()) {
    const source = sources[index];
    if (source === undefined) continue;
    const wrong = (setting: string, text: string): void => {
      const location = queue.settings?.[setting] ?? queue.origin;
      diagnostics.push(DiagnosticLog.errorAt(location, { code, text }));
    };
    const timeout =
      manifest.functions.find(({ id }) => id === queue.functionId)?.config.timeout ?? 0;
    if (source.fifo && queue.batchWindow > 0)
      wrong(
        "batchWindow",
        `the FIFO queue "${queue.name}" cannot have a "batchWindow": remove it, or set "fifo false"`,
      );
    if (source.fifo && queue.batchSize > largestBatchWithoutWindow)
      wrong(
        "batchSize",
        `the FIFO queue "${queue.name}" can have a "batchSize" of at most ${largestBatchWithoutWindow}: lower it, or set "fifo false"`,
      );
    if (source.visibilityTimeoutSeconds < timeout)
      wrong(
        "visibilityTimeout",
        `the "visibilityTimeout" of the queue "${queue.name}" must be at least its function's timeout, ${timeout} seconds`,
      );
  }
  return diagnostics;
}
