import { arnOf, type Place } from "@arclet/manifest";
import { streamArn } from "../../../../lambda-events/tables-streams.ts";
import { tableNotFound } from "../dynamo-error.ts";
import { tableName } from "../requests/field.ts";
import type { Database } from "../storage/database.ts";
import type { IndexDefinition, Throughput } from "../storage/table-definition.ts";
import type { Table } from "../storage/table.ts";
import { operation, type Operation } from "./operation.ts";

export const describeTable: Operation = operation<{ readonly TableName: string }>(
  { fields: { TableName: tableName } },
  (database, { TableName }) => ({
    Table: tableDescription(database, namedTable(database, TableName), "ACTIVE"),
  }),
);

/** Operations on tables themselves name the one that is missing. @throws DynamoError */
export function namedTable(database: Database, name: string): Table {
  const table = database.find(name);
  if (table === undefined)
    throw tableNotFound(`Requested resource not found: Table: ${name} not found`);
  return table;
}

export function tableArn(place: Place, name: string): string {
  return arnOf(place, "dynamodb", `table/${name}`);
}

export function streamArnOf({ place }: Database, { name, definition }: Table): string {
  return streamArn(name, definition.stream?.label ?? "", place);
}

/** `TableDescription` of AWS's API. Tables change their state at once; only the answers say that it takes time. */
export function tableDescription(
  database: Database,
  table: Table,
  status: "CREATING" | "ACTIVE" | "UPDATING" | "DELETING",
): object {
  const { definition } = table;
  const createdAt = definition.createdAtMs / 1000;
  const global = definition.indexes.filter((index) => index.isGlobal);
  const local = definition.indexes.filter((index) => !index.isGlobal);
  return {
    AttributeDefinitions: definition.attributes,
    TableName: definition.name,
    KeySchema: definition.keySchema,
    TableStatus: status,
    CreationDateTime: createdAt,
    ProvisionedThroughput: throughputDescription(definition.throughput),
    TableSizeBytes: table.bytes,
    ItemCount: table.view.size,
    TableArn: tableArn(database.place, definition.name),
    TableId: definition.id,
    ...(definition.isOnDemand
      ? {
          BillingModeSummary: {
            BillingMode: "PAY_PER_REQUEST",
            LastUpdateToPayPerRequestDateTime: createdAt,
          },
          TableThroughputModeSummary: {
            TableThroughputMode: "PAY_PER_REQUEST",
            LastUpdateToPayPerRequestDateTime: createdAt,
          },
        }
      : {}),
    ...(local.length === 0
      ? {}
      : { LocalSecondaryIndexes: local.map((index) => indexDescription(database, table, index)) }),
    ...(global.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: global.map((index) => ({
            ...indexDescription(database, table, index),
            IndexStatus: status === "CREATING" ? status : "ACTIVE",
            ProvisionedThroughput: throughputDescription(index.throughput),
          })),
        }),
    ...streamDescription(database, table),
    DeletionProtectionEnabled: definition.isProtected,
    ...(definition.tableClass === null
      ? {}
      : { TableClassSummary: { TableClass: definition.tableClass } }),
    ...(definition.onDemandThroughput === null
      ? {}
      : { OnDemandThroughput: definition.onDemandThroughput }),
    ...(definition.encryption === null
      ? {}
      : {
          SSEDescription: {
            Status: "ENABLED",
            SSEType: "KMS",
            KMSMasterKeyArn: definition.encryption.keyArn,
          },
        }),
  };
}

function indexDescription({ place }: Database, table: Table, index: IndexDefinition): object {
  const view = table.indexes.get(index.name)?.view;
  return {
    IndexName: index.name,
    KeySchema: index.keySchema,
    Projection: index.projection,
    IndexSizeBytes: 0,
    ItemCount: view?.size ?? 0,
    IndexArn: `${tableArn(place, table.name)}/index/${index.name}`,
  };
}

function throughputDescription(throughput: Throughput | null): object {
  return {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: throughput?.ReadCapacityUnits ?? 0,
    WriteCapacityUnits: throughput?.WriteCapacityUnits ?? 0,
  };
}

function streamDescription(database: Database, table: Table): object {
  const { stream } = table.definition;
  if (stream === null) return {};
  return {
    ...(stream.isEnabled
      ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.viewType } }
      : {}),
    LatestStreamLabel: stream.label,
    LatestStreamArn: streamArnOf(database, table),
  };
}
