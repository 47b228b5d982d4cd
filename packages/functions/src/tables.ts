import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { addressOf } from "./address-of.ts";
import type { RegisteredRows } from "./register.ts";
import { createDynamoDb } from "./tables/dynamodb.ts";
import { mapValues } from "./tables/map-values.ts";
import { loadSdkClients, type SdkClients } from "./tables/sdk-clients.ts";
import { createTableClient, type TableClient } from "./tables/table-client.ts";

export interface Tables {
  /** Name of a table on DynamoDB. */
  name(table: string): string;
  /** All names: as in the manifest → on DynamoDB. */
  reflect(): Record<string, string>;
  /** The AWS SDK's client, which is loaded when this is read: Lambda has it, locally it is installed with the app. */
  readonly _client: DynamoDBClient;
  /** The AWS SDK's document client, as `_client`. */
  readonly _doc: DynamoDBDocumentClient;
}

/** Types of rows, interfaces too, by the names of their tables. */
export type RowsByTable<Rows> = { readonly [Name in keyof Rows]: object };

/** Rows by table, for typed access: `tables<{ cats: Cat }>()`. */
export type TableClients<Rows extends RowsByTable<Rows>> = {
  readonly [Name in keyof Rows]: TableClient<Rows[Name]>;
} & Tables;

/** Access to the tables of `@tables`, over sockets that stay open between invocations. */
export const tables: <Rows extends RowsByTable<Rows> = RegisteredRows>() => Promise<
  TableClients<Rows>
> = /* @__PURE__ */ createTables();

function createTables(): typeof tables {
  const callDynamoDb = createDynamoDb();
  let sdkClients: SdkClients | null = null;
  const sdk = (): SdkClients => (sdkClients ??= loadSdkClients());
  return async <Rows extends RowsByTable<Rows>>() => {
    const names: Record<string, string> = JSON.parse(process.env["ARC_TABLES"] ?? "{}");
    const clients = mapValues(names, (name) => createTableClient(callDynamoDb, name));
    const all = {
      ...clients,
      name: (table: string) => addressOf("ARC_TABLES", table, "@tables"),
      reflect: () => ({ ...names }),
    };
    // Not enumerable: a copy of the object would load the SDK.
    Object.defineProperties(all, {
      _client: { get: () => sdk().client },
      _doc: { get: () => sdk().document },
    });
    // The manifest, of which the names come, is beyond the reach of types.
    return all as TableClients<Rows>;
  };
}
