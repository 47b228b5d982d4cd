import type { TableStream } from "../manifest.ts";
import { streamIntegers } from "../rules/pragma-catalog.ts";
import { headOf, linesOf, type LineNode } from "../syntax/ast.ts";
import type { PragmaContext, PragmaReader } from "./pragma-context.ts";
import { readEntry, readFlag, readInteger, type Setting } from "./settings.ts";

const code = "stream-setting-invalid";

type StreamSettings = Omit<TableStream, "table" | "functionId" | "origin">;
type Draft = { -readonly [Key in keyof StreamSettings]: StreamSettings[Key] };

export const readTablesStreams: PragmaReader = (pragma, context) => {
  for (const line of linesOf(pragma.body)) {
    const name = headOf(line).text;
    let table = name;
    const draft: Draft = {};
    const integer =
      (key: keyof typeof streamIntegers) =>
      (setting: Setting): void => {
        const value = readInteger(context, setting, streamIntegers[key], code);
        if (value !== null) draft[key] = value;
      };
    const src = readEntry(line, context, "a stream", {
      table: (setting) => {
        table = setting.values[0]?.text ?? table;
      },
      batchSize: integer("batchSize"),
      batchWindow: integer("batchWindow"),
      retries: integer("retries"),
      maxAge: integer("maxAge"),
      bisect: (setting) => {
        const flag = readFlag(context, setting, code);
        if (flag !== null) draft.bisect = flag;
      },
    });
    addStream(context, { name, table, src, line, settings: draft });
  }
};

interface StreamEntry {
  readonly name: string;
  readonly table: string;
  readonly src: string | null;
  readonly line: LineNode;
  readonly settings?: StreamSettings;
}

export function addStream(context: PragmaContext, entry: StreamEntry): void {
  const { name, table, src, settings } = entry;
  const { span } = entry.line;
  const folders = [name];
  const functionId = context.addFunction({ pragma: "tables-streams", name, src, folders, span });
  if (functionId === null) return;
  context.draft.tableStreams.push({
    table,
    functionId,
    ...settings,
    origin: context.locate(span),
  });
}

/** Reports streams of undeclared tables, once all pragmas are read. */
export function checkStreams(
  context: PragmaContext,
  span: (functionId: string) => LineNode["span"],
): void {
  for (const { table, functionId } of context.draft.tableStreams) {
    if (context.draft.tables.some(({ name }) => name === table)) continue;
    context.log.error({
      code: "table-unknown",
      text: `the table "${table}" does not exist: declare it under @tables, then stream it`,
      span: span(functionId),
    });
  }
}
