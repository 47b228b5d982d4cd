import type { KeyAttribute, Table, TableIndex } from "../manifest.ts";
import { headOf, linesOf, type LineNode } from "../syntax/ast.ts";
import type { PragmaContext, PragmaReader } from "./pragma-context.ts";
import { flagOf, settingOf, type Setting } from "./settings.ts";
import { addStream } from "./tables-streams.ts";

const types: Readonly<Record<string, KeyAttribute["type"]>> = {
  "": "S",
  string: "S",
  number: "N",
  binary: "B",
};

interface Keys {
  partitionKey: KeyAttribute | null;
  sortKey: KeyAttribute | null;
}

export const readTables: PragmaReader = (pragma, context) => {
  const seen = new Map<string, LineNode>();
  for (const line of linesOf(pragma.body)) {
    const name = readTableName(line, context);
    const former = seen.get(name);
    if (former !== undefined) {
      context.log.error({
        code: "table-duplicate",
        text: `the table "${name}" is declared twice`,
        span: line.span,
        notes: [context.log.note("first declared here", former.span)],
      });
      continue;
    }
    seen.set(name, line);
    const table = readTable(name, line, context);
    if (table !== null) context.draft.tables.push(table);
  }
};

function readTable(name: string, line: LineNode, context: PragmaContext): Table | null {
  const keys: Keys = { partitionKey: null, sortKey: null };
  let ttlAttribute: string | null = null;
  let encrypt: boolean | string = false;
  let pointInTimeRecovery = false;
  for (const child of linesOf(line.children)) {
    const setting = settingOf(child);
    const value = setting.values[0]?.text ?? "";
    if (readKey(setting, keys, context)) continue;
    switch (setting.key.text.toLowerCase()) {
      case "encrypt":
        encrypt = flagOf(setting) ?? value;
        break;
      case "pointintimerecovery":
      case "pitr":
        pointInTimeRecovery = flagOf(setting) ?? false;
        break;
      case "stream":
        if (flagOf(setting) === true)
          addStream(context, { name, table: name, src: null, line: child });
        break;
      default:
        if (value.toLowerCase() === "ttl") ttlAttribute = setting.key.text;
        else {
          context.log.error({
            code: "table-type-invalid",
            text: `"${setting.key.text} ${value}" means nothing here: keys are *String, **String, *Number or **Number, times to live TTL`,
            span: child.span,
          });
        }
    }
  }
  if (keys.partitionKey === null) {
    context.log.error({
      code: "table-key-missing",
      text: `the table "${name}" needs a partition key: a line such as id *String below it`,
      span: line.span,
    });
    return null;
  }
  const { partitionKey, sortKey } = keys;
  const origin = context.locate(line.span);
  return {
    name,
    partitionKey,
    sortKey,
    ttlAttribute,
    encrypt,
    pointInTimeRecovery,
    indexes: [],
    origin,
  };
}

/** `attribute *String` or `attribute **Number`; false: it is something else. */
function readKey(setting: Setting, keys: Keys, context: PragmaContext): boolean {
  const [value] = setting.values;
  const match = /^(\*{1,2})(.*)$/.exec(value?.text ?? "");
  if (value === undefined || match === null) return false;
  const [, stars, typeName = ""] = match;
  const type = types[typeName.toLowerCase()];
  if (type === undefined) {
    context.log.error({
      code: "table-type-invalid",
      text: `"${typeName}" is no type of a key: String, Number or Binary`,
      span: value.span,
    });
    return true;
  }
  const attribute: KeyAttribute = { name: setting.key.text, type };
  if (stars === "*") keys.partitionKey ??= attribute;
  else keys.sortKey ??= attribute;
  return true;
}

/** Indexes of tables; the old name of the pragma is `@indexes`. */
export const readTablesIndexes: PragmaReader = (pragma, context) => {
  for (const line of linesOf(pragma.body)) {
    const name = headOf(line).text;
    const table = context.draft.tables.find((candidate) => candidate.name === name);
    if (table === undefined) {
      context.log.error({
        code: "table-unknown",
        text: `there is no table "${name}" to index`,
        span: line.span,
      });
      continue;
    }
    const index = readIndex(line, context);
    if (index === null) continue;
    const indexes = [...table.indexes, index];
    context.draft.tables.splice(context.draft.tables.indexOf(table), 1, { ...table, indexes });
  }
};

function readIndex(line: LineNode, context: PragmaContext): TableIndex | null {
  const keys: Keys = { partitionKey: null, sortKey: null };
  let name: string | null = null;
  let projection: TableIndex["projection"] = "all";
  for (const child of linesOf(line.children)) {
    const setting = settingOf(child);
    if (readKey(setting, keys, context)) continue;
    const texts = setting.values.map((value) => value.text);
    const [first = ""] = texts;
    if (setting.key.text === "name") name = first;
    else if (setting.key.text === "projection") {
      projection = first === "all" || first === "keys" ? first : texts;
    } else {
      context.log.error({
        code: "setting-unknown",
        text: `an index has keys, "name" and "projection", not "${setting.key.text}"`,
        span: child.span,
      });
    }
  }
  const { partitionKey, sortKey } = keys;
  if (partitionKey === null) {
    context.log.error({
      code: "index-key-missing",
      text: "an index needs a partition key: a line such as email *String below it",
      span: line.span,
    });
    return null;
  }
  // Architect's name for an index without one.
  const generated = [partitionKey.name, ...(sortKey === null ? [] : [sortKey.name]), "index"].join(
    "-",
  );
  const origin = context.locate(line.span);
  return { name: name ?? generated, partitionKey, sortKey, projection, origin };
}

function readTableName(line: LineNode, context: PragmaContext): string {
  const head = headOf(line);
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  if (!/^[\w.-]{1,200}$/.test(head.text)) {
    context.log.error({
      code: "table-name-invalid",
      text: `"${head.text}" is no name for a table: letters, digits, "-", "_" and "." only`,
      span: head.span,
    });
  }
  return head.text;
}
