import type { Item } from "../item.ts";
import type { CallDynamoDb } from "./dynamodb.ts";
import { marshallInput, unmarshallOutput, type Params } from "./plain-values.ts";

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

/** What an operation answers, with plain values. */
interface Answer extends Partial<Omit<QueryResult<Item>, "Items">> {
  readonly Item?: Item;
  readonly Attributes?: Item;
  Items?: Item[];
}

/** `tableName` is the one on DynamoDB. */
export function createTableClient(callDynamoDb: CallDynamoDb, tableName: string): TableClient {
  const call = async (operation: string, params: Params | undefined): Promise<Answer> => {
    const input = marshallInput({ ...params, TableName: tableName });
    return unmarshallOutput(await callDynamoDb(operation, input));
  };
  const pageOf = async (operation: string, params?: Params): Promise<QueryResult<Item>> => {
    const answer = await call(operation, params);
    // Absent where rows are only counted.
    answer.Items ??= [];
    return answer as QueryResult<Item>;
  };
  async function* rowsOf(operation: string, params?: Params): AsyncGenerator<Item> {
    let page = params;
    for (;;) {
      const { Items, LastEvaluatedKey } = await pageOf(operation, page);
      yield* Items;
      if (!LastEvaluatedKey) return;
      page = { ...params, ExclusiveStartKey: LastEvaluatedKey };
    }
  }
  return {
    get: async (Key) => (await call("GetItem", { Key })).Item,
    async put(row) {
      await call("PutItem", { Item: row });
      return row;
    },
    async delete(Key) {
      await call("DeleteItem", { Key });
    },
    query: (params) => pageOf("Query", params),
    scan: (params) => pageOf("Scan", params),
    async scanAll(params) {
      const rows: Item[] = [];
      for await (const row of rowsOf("Scan", params)) rows.push(row);
      return rows;
    },
    queryAll: (params) => rowsOf("Query", params),
    update: (params) => call("UpdateItem", params),
  };
}
