import { localName, type Manifest } from "@arclet/manifest";
import { marshallItem } from "@arclet/runtime/testing";

/** A row as plain values; numbers are numbers, and bytes are `Uint8Array`s. */
export type Row = Record<string, unknown>;

/** Access to one table of the app from a test. */
export interface TestTable<Shape extends object = Row> {
  get(key: Partial<Shape>): Promise<Shape | undefined>;
  put(row: Shape): Promise<void>;
  delete(key: Partial<Shape>): Promise<void>;
  /** All rows, in no particular order. */
  scan(): Promise<Shape[]>;
}

/** Creates access to tables by their names in the manifest. @param endpoint of the DynamoDB that functions use */
export function openTables(
  { app, tables }: Pick<Manifest, "app" | "tables">,
  endpoint: string | undefined,
): Readonly<Record<string, TestTable>> {
  const known = Object.fromEntries(
    tables.map(({ name }) => [name, openTable(endpoint ?? "", localName(app, name))]),
  );
  return new Proxy(known, {
    get(target, name) {
      if (typeof name === "symbol" || Object.hasOwn(target, name)) return Reflect.get(target, name);
      throw new TypeError(`"${name}" is not under @tables of the manifest`);
    },
  });
}

function openTable(endpoint: string, TableName: string): TestTable {
  const call = async <T>(operation: string, input: object): Promise<T> => {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${operation}`,
        // The local server reads the region and access key but does not check signatures.
        authorization:
          "AWS4-HMAC-SHA256 Credential=arclet/20240101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none",
        "x-amz-date": "20240101T000000Z",
      },
      body: JSON.stringify({ TableName, ...input }),
    });
    const answer = (await response.json()) as T & Readonly<Record<string, unknown>>;
    if (response.ok) return answer;
    const name = String(answer["__type"]).split("#").at(-1);
    throw new Error(`${name}: ${String(answer["message"])}`);
  };
  return {
    async get(key) {
      const { Item } = await call<{ Item?: Attributes }>("GetItem", { Key: marshallItem(key) });
      return Item === undefined ? undefined : unmarshall(Item);
    },
    async put(row) {
      await call("PutItem", { Item: marshallItem(row) });
    },
    async delete(key) {
      await call("DeleteItem", { Key: marshallItem(key) });
    },
    async scan() {
      const rows: Row[] = [];
      let start: Attributes | undefined;
      do {
        const page: { Items?: Attributes[]; LastEvaluatedKey?: Attributes } = await call(
          "Scan",
          start === undefined ? {} : { ExclusiveStartKey: start },
        );
        rows.push(...(page.Items ?? []).map(unmarshall));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return rows;
    },
  };
}

type Attribute = Readonly<Record<string, unknown>>;
type Attributes = Readonly<Record<string, Attribute>>;

function unmarshall(item: Attributes): Row {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueOf(value)]));
}

function valueOf(attribute: Attribute): unknown {
  const [type = "", value] = Object.entries(attribute)[0] ?? [];
  switch (type) {
    case "N":
      return Number(value);
    case "B":
      return new Uint8Array(Buffer.from(String(value), "base64"));
    case "M":
      return unmarshall(value as Attributes);
    case "L":
      return (value as Attribute[]).map(valueOf);
    case "SS":
      return new Set(value as string[]);
    case "NS":
      return new Set((value as string[]).map(Number));
    case "BS":
      return new Set(
        (value as string[]).map((text) => new Uint8Array(Buffer.from(text, "base64"))),
      );
    case "NULL":
      return null;
    default:
      return value;
  }
}
