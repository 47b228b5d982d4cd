import type { KeyAttribute, Table, TableIndex } from "../manifest.ts";
import { indexProblem } from "../rules/table-index.ts";
import { headOf, linesOf, type LineNode } from "../syntax/ast.ts";
import type { PragmaContext, PragmaReader } from "./pragma-context.ts";
import { flagOf, readFlag, remarkUnknown, settingOf, type Setting } from "./settings.ts";
import { addStream } from "./tables-streams.ts";

const types: Readonly<Record<string, KeyAttribute["type"]>> = {
  "": "S",
  string: "S",
  number: "N",
  binary: "B",
};

const code = "table-type-invalid";
const tableSettings = ["encrypt", "pitr", "PointInTimeRecovery", "stream"];
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Limits.html */
const longestAttribute = 255;
/** https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id */
const keyPattern =
  /^(?:arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/[\w/-]+|alias\/[\w/-]+|(?:mrk-)?[0-9a-f-]{32,40})$/;

interface Keys {
  partitionKey: KeyAttribute | null;
  sortKey: KeyAttribute | null;
  /** Whether a key's type was reported as invalid. */
  hasInvalidType: boolean;
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
  const keys: Keys = { partitionKey: null, sortKey: null, hasInvalidType: false };
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
        if (typeof encrypt === "string" && !keyPattern.test(encrypt))
          context.wrongSetting(
            setting,
            "must be true, false, or the id, ARN or alias of a KMS key",
            code,
          );
        break;
      case "pointintimerecovery":
      case "pitr":
        pointInTimeRecovery = readFlag(context, setting, code) ?? false;
        break;
      case "stream":
        if (readFlag(context, setting, code) === true)
          addStream(context, { name, table: name, src: null, line: child });
        break;
      default:
        if (value.toLowerCase() === "ttl") {
          // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
          if (ttlAttribute !== null)
            context.log.error({
              code,
              text: `"${setting.key.text}" cannot be a second TTL attribute: the table already has "${ttlAttribute}"`,
              span: setting.key.span,
            });
          ttlAttribute ??= setting.key.text;
        }
        // Architect 5 declared stream functions with lines such as `insert Lambda`; they are ignored.
        else if (value.toLowerCase() !== "lambda")
          remarkUnknown(context, setting, "a table", tableSettings);
    }
  }
  if (keys.partitionKey === null) {
    if (keys.hasInvalidType) return null;
    context.log.error({
      code: "table-key-missing",
      text: `the table "${name}" needs a partition key: add a line such as id *String below it`,
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

/** Reads `attribute *String` or `attribute **Number`; returns false if the line is not a key. */
function readKey(setting: Setting, keys: Keys, context: PragmaContext): boolean {
  const [value] = setting.values;
  const match = /^(\*{1,2})(.*)$/.exec(value?.text ?? "");
  if (value === undefined || match === null) return false;
  const [, stars, typeName = ""] = match;
  const type = types[typeName.toLowerCase()];
  if (type === undefined) {
    context.log.error({
      code: "table-type-invalid",
      text: `"${typeName}" is not a valid key type: use String, Number or Binary`,
      span: value.span,
    });
    keys.hasInvalidType = true;
    return true;
  }
  const attribute: KeyAttribute = { name: setting.key.text, type };
  const part = stars === "*" ? "partitionKey" : "sortKey";
  const other = keys[part === "sortKey" ? "partitionKey" : "sortKey"];
  const what = part === "sortKey" ? "sort key" : "partition key";
  if (keys[part] !== null || other?.name === attribute.name) {
    context.log.error({
      code,
      text:
        keys[part] === null
          ? `"${attribute.name}" cannot be both the partition key and the sort key`
          : `"${attribute.name}" cannot be a second ${what}: the table already has "${keys[part].name}"`,
      span: setting.key.span,
    });
    return true;
  }
  if (attribute.name.length > longestAttribute)
    context.log.error({
      code,
      text: `the name of a key can have at most ${longestAttribute} characters`,
      span: setting.key.span,
    });
  keys[part] = attribute;
  return true;
}

/** Reads indexes of tables, from `@tables-indexes` or its older name `@indexes`. */
export const readTablesIndexes: PragmaReader = (pragma, context) => {
  for (const line of linesOf(pragma.body)) {
    const name = headOf(line).text;
    const table = context.draft.tables.find((candidate) => candidate.name === name);
    if (table === undefined) {
      context.log.error({
        code: "table-unknown",
        text: `the table "${name}" does not exist: declare it under @tables, then index it`,
        span: line.span,
      });
      continue;
    }
    const index = readIndex(line, context);
    if (index === null) continue;
    const problem = indexProblem(index, table);
    if (problem !== null) {
      context.log.error({ code: "index-invalid", text: problem, span: line.span });
      continue;
    }
    const indexes = [...table.indexes, index];
    context.draft.tables.splice(context.draft.tables.indexOf(table), 1, { ...table, indexes });
  }
};

function readIndex(line: LineNode, context: PragmaContext): TableIndex | null {
  const keys: Keys = { partitionKey: null, sortKey: null, hasInvalidType: false };
  let name: string | null = null;
  let projection: TableIndex["projection"] = "all";
  for (const child of linesOf(line.children)) {
    const setting = settingOf(child);
    if (readKey(setting, keys, context)) continue;
    const texts = setting.values.map((value) => value.text);
    const [first = ""] = texts;
    if (setting.key.text === "name") name = first;
    else if (setting.key.text === "projection") {
      const word = first.toLowerCase();
      projection = word === "all" || word === "keys" ? word : texts;
    } else {
      remarkUnknown(context, setting, "an index", ["name", "projection"]);
    }
  }
  const { partitionKey, sortKey } = keys;
  if (partitionKey === null) {
    if (keys.hasInvalidType) return null;
    context.log.error({
      code: "index-key-missing",
      text: "an index needs a partition key: add a line such as email *String below it",
      span: line.span,
    });
    return null;
  }
  // The name Architect generates for an index without one.
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
      text: `"${head.text}" is not a valid name for a table: use letters, digits, "-", "_" and ".", at most 200 characters`,
      span: head.span,
    });
  }
  const [, second] = line.values;
  if (second !== undefined)
    context.log.error({
      code: "table-name-invalid",
      text: `"${second.text}" must not follow the name of a table: put it on a line of its own, indented by two spaces`,
      span: second.span,
    });
  return head.text;
}
