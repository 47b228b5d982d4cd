import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type * as Lib from "@aws-sdk/lib-dynamodb";
import type { Item } from "./item.ts";
import type { RegisteredRows } from "./register.ts";

type Params = Record<string, unknown>;

export interface QueryResult<Row> {
  readonly Items: Row[];
  readonly Count: number;
  readonly ScannedCount: number;
  /** Give it as `ExclusiveStartKey` to go on. */
  readonly LastEvaluatedKey?: Item;
}

/** One table. Parameters are the SDK's, without `TableName`. */
export interface TableClient<Row extends object = Item> {
  get(key: Partial<Row>): Promise<Row | undefined>;
  /** Resolves the row as it was given. */
  put(row: Row): Promise<Row>;
  delete(key: Partial<Row>): Promise<void>;
  query(params: Params): Promise<QueryResult<Row>>;
  scan(params?: Params): Promise<QueryResult<Row>>;
  /** All rows of a scan, page after page. */
  scanAll(params?: Params): Promise<Row[]>;
  /** Rows of a query, page after page, as they are asked for. */
  queryAll(params: Params): AsyncIterable<Row>;
  /** Resolves `Attributes` as `ReturnValues` asks. */
  update(params: Params): Promise<{ Attributes?: Row }>;
}

export interface Tables {
  /** Name of a table on DynamoDB. */
  name(table: string): string;
  /** All names: as in the manifest → on DynamoDB. */
  reflect(): Record<string, string>;
  readonly _client: DynamoDBClient;
  readonly _doc: Lib.DynamoDBDocumentClient;
}

/** Types of rows, interfaces too, by the names of their tables. */
export type RowsByTable<Rows> = { readonly [Name in keyof Rows]: object };

/** Rows by table, for typed access: `tables<{ cats: Cat }>()`. */
export type TableClients<Rows extends RowsByTable<Rows>> = {
  readonly [Name in keyof Rows]: TableClient<Rows[Name]>;
} & Tables;

/** The SDK and a client of it, which keeps its sockets open between invocations. */
interface Connected {
  readonly lib: typeof Lib;
  readonly client: DynamoDBClient;
  readonly document: Lib.DynamoDBDocumentClient;
}

/**
 * Access to the tables of `@tables`. Uses the AWS SDK that Lambda has, loaded at the first call and
 * connected once; locally it is installed with the app.
 */
export const tables: <Rows extends RowsByTable<Rows> = RegisteredRows>() => Promise<
  TableClients<Rows>
> = /* @__PURE__ */ createTables();

function createTables(): typeof tables {
  let connecting: Promise<Connected> | null = null;
  return async <Rows extends RowsByTable<Rows>>() => {
    connecting ??= connect();
    let connected: Connected;
    try {
      connected = await connecting;
    } catch (error) {
      // The next call may find the SDK installed.
      connecting = null;
      throw error;
    }
    const { lib, client, document } = connected;
    const names: Record<string, string> = JSON.parse(process.env["ARC_TABLES"] ?? "{}");
    const common: Tables = {
      name(table) {
        const name = names[table];
        if (name === undefined) throw new Error(`"${table}" is not under @tables of the manifest`);
        return name;
      },
      reflect: () => ({ ...names }),
      _client: client,
      _doc: document,
    };
    const clients = Object.fromEntries(
      Object.entries(names).map(([table, TableName]) => [
        table,
        createTable(lib, document, TableName),
      ]),
    );
    // The manifest, of which the names come, is beyond the reach of types.
    return { ...clients, ...common } as TableClients<Rows>;
  };
}

async function connect(): Promise<Connected> {
  const [dynamo, lib] = await Promise.all([
    import("@aws-sdk/client-dynamodb"),
    import("@aws-sdk/lib-dynamodb"),
  ]).catch((error: unknown) => {
    throw new Error(
      "tables() needs the AWS SDK, which Lambda has: npm install --save-dev @aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb",
      { cause: error },
    );
  });
  const client = new dynamo.DynamoDBClient({});
  const document = lib.DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  });
  return { lib, client, document };
}

function createTable(
  lib: typeof Lib,
  document: Lib.DynamoDBDocumentClient,
  TableName: string,
): TableClient {
  const table: TableClient = {
    async get(Key) {
      return (await document.send(new lib.GetCommand({ TableName, Key }))).Item;
    },
    async put(row) {
      await document.send(new lib.PutCommand({ TableName, Item: row }));
      return row;
    },
    async delete(Key) {
      await document.send(new lib.DeleteCommand({ TableName, Key }));
    },
    async query(params) {
      return page(await document.send(new lib.QueryCommand({ ...params, TableName })));
    },
    async scan(params = {}) {
      return page(await document.send(new lib.ScanCommand({ ...params, TableName })));
    },
    async scanAll(params = {}) {
      const rows: Item[] = [];
      let start: Item | undefined;
      do {
        const result = await table.scan({
          ...params,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        });
        rows.push(...result.Items);
        start = result.LastEvaluatedKey;
      } while (start !== undefined);
      return rows;
    },
    async *queryAll(params) {
      let start: Item | undefined;
      do {
        const result = await table.query({
          ...params,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        });
        yield* result.Items;
        start = result.LastEvaluatedKey;
      } while (start !== undefined);
    },
    async update(params) {
      const input = { ...params, TableName } as Lib.UpdateCommandInput;
      const { Attributes } = await document.send(new lib.UpdateCommand(input));
      return Attributes === undefined ? {} : { Attributes };
    },
  };
  return table;
}

function page(result: {
  Items?: Item[] | undefined;
  Count?: number | undefined;
  ScannedCount?: number | undefined;
  LastEvaluatedKey?: Item | undefined;
}): QueryResult<Item> {
  const { Items = [], Count = 0, ScannedCount = 0, LastEvaluatedKey } = result;
  return {
    Items,
    Count,
    ScannedCount,
    ...(LastEvaluatedKey === undefined ? {} : { LastEvaluatedKey }),
  };
}
