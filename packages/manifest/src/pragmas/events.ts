import { headOf, linesOf, type LineNode } from "../syntax/ast.ts";
import type { PragmaContext, PragmaReader } from "./pragma-context.ts";
import { flagOf, integerOf, readEntry } from "./settings.ts";

const longestName = 246;

export const readEvents: PragmaReader = (pragma, context) => {
  for (const line of linesOf(pragma.body)) {
    const name = readName(line, context, "event");
    const src = readEntry(line, context, "an event", {});
    if (name === null) continue;
    const functionId = context.addFunction({
      pragma: "events",
      name,
      src,
      folders: [name],
      span: line.span,
    });
    if (functionId === null) continue;
    context.draft.events.push({ name, functionId, origin: context.locate(line.span) });
  }
};

export const readQueues: PragmaReader = (pragma, context) => {
  for (const line of linesOf(pragma.body)) {
    const name = readName(line, context, "queue");
    let fifo = true;
    let batchSize = 1;
    let batchWindow = 0;
    const wrong = (text: string): void =>
      context.log.error({ code: "queue-setting-invalid", text, span: line.span });
    const src = readEntry(line, context, "a queue", {
      fifo: (setting) => {
        const flag = flagOf(setting);
        if (flag === null) wrong('"fifo" is true or false');
        else fifo = flag;
      },
      batchSize: (setting) => {
        const size = integerOf(setting, 1, 10_000);
        if (size === null) wrong('"batchSize" is a whole number from 1 to 10000');
        else batchSize = size;
      },
      batchWindow: (setting) => {
        const seconds = integerOf(setting, 0, 300);
        if (seconds === null) wrong('"batchWindow" is a whole number of seconds from 0 to 300');
        else batchWindow = seconds;
      },
    });
    // https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    if (fifo && batchSize > 10) wrong("a FIFO queue hands over at most 10 messages at a time");
    if (name === null) continue;
    const functionId = context.addFunction({
      pragma: "queues",
      name,
      src,
      folders: [name],
      span: line.span,
    });
    if (functionId === null) continue;
    const origin = context.locate(line.span);
    context.draft.queues.push({ name, functionId, fifo, batchSize, batchWindow, origin });
  }
};

/** Names of topics and queues, as AWS and Architect allow them. */
function readName(line: LineNode, context: PragmaContext, what: string): string | null {
  const head = headOf(line);
  const { text } = head;
  const problem =
    line.values.length > 1
      ? "one name a line"
      : !/^[\w.-]+$/.test(text)
        ? 'letters, digits, "-", "_" and "." only'
        : /^\.|\.$|\.\./.test(text)
          ? "no dots at either end, nor two together"
          : /^(?:aws|amazon)/i.test(text)
            ? '"aws" and "amazon" at the beginning are AWS\'s own'
            : text.length > longestName
              ? `at most ${longestName} characters`
              : null;
  if (problem === null) return text;
  context.log.error({
    code: "event-name-invalid",
    text: `"${text}" is no name for ${/^[aeiou]/.test(what) ? "an" : "a"} ${what}: ${problem}`,
    span: head.span,
  });
  return null;
}
