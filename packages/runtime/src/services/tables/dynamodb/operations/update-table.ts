import { limitExceeded, tableNotFound, validationError } from "../dynamo-error.ts";
import { indexName, list, required, structure, tableName } from "../requests/field.ts";
import type { Database } from "../storage/database.ts";
import type { IndexDefinition, TableDefinition, Throughput } from "../storage/table-definition.ts";
import {
  checkBilling,
  checkGlobalIndex,
  checkStream,
  invalid,
  mostGlobalIndexes,
} from "./check-table.ts";
import { encryptionOf, indexDefinition, streamOf } from "./create-table.ts";
import { namedTable, tableDescription } from "./describe-table.ts";
import { operation, type Operation } from "./operation.ts";
import {
  attributeDefinitions,
  globalIndex,
  settings,
  throughput,
  type IndexParameters,
  type TableParameters,
} from "./table-fields.ts";

interface IndexUpdate {
  readonly Create?: IndexParameters;
  readonly Update?: { readonly IndexName: string; readonly ProvisionedThroughput?: Throughput };
  readonly Delete?: { readonly IndexName: string };
}

interface UpdateTableInput extends TableParameters {
  readonly TableName: string;
  readonly GlobalSecondaryIndexUpdates?: readonly IndexUpdate[];
}

export const updateTable: Operation = operation<UpdateTableInput>(
  {
    fields: {
      AttributeDefinitions: attributeDefinitions,
      TableName: tableName,
      ...settings,
      ProvisionedThroughput: throughput,
      GlobalSecondaryIndexUpdates: list(
        structure("GlobalSecondaryIndexUpdate", {
          Update: structure("UpdateGlobalSecondaryIndexAction", {
            IndexName: required(indexName),
            ProvisionedThroughput: throughput,
          }),
          Create: structure("CreateGlobalSecondaryIndexAction", globalIndex),
          Delete: structure("DeleteGlobalSecondaryIndexAction", {
            IndexName: required(indexName),
          }),
        }),
      ),
    },
  },
  (database, input) => {
    checkAnything(input);
    const table = namedTable(database, input.TableName);
    const updated = updatedDefinition(table.definition, input, database);
    database.redefine(updated);
    return { TableDescription: tableDescription(database, table, "UPDATING") };
  },
);

function checkAnything(input: UpdateTableInput): void {
  const { TableName: _, AttributeDefinitions: __, ...changes } = input;
  const { GlobalSecondaryIndexUpdates: updates } = input;
  if (
    Object.keys(changes).length === 0 ||
    (updates?.length === 0 && Object.keys(changes).length === 1)
  )
    throw validationError(
      "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
    );
  if (input.BillingMode === "PROVISIONED" && input.ProvisionedThroughput === undefined)
    throw invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
  checkStream(input);
  const names = new Set<string>();
  for (const { Create, Update, Delete } of updates ?? []) {
    const name = (Create ?? Update ?? Delete)?.IndexName;
    if (name === undefined)
      throw invalid(
        "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null",
      );
    if (names.has(name))
      throw invalid(
        `Only one global secondary index update per index is allowed simultaneously. Index: ${name}`,
      );
    names.add(name);
  }
}

function updatedDefinition(
  before: TableDefinition,
  input: UpdateTableInput,
  database: Database,
): TableDefinition {
  const isOnDemand =
    input.BillingMode === undefined ? before.isOnDemand : input.BillingMode === "PAY_PER_REQUEST";
  checkBilling(input, isOnDemand);
  checkThroughputChanges(before, input);
  const attributes = mergedAttributes(before, input);
  const indexes = updatedIndexes({ ...before, attributes, isOnDemand }, input);
  return {
    ...before,
    attributes: usedAttributes(attributes, before, indexes),
    isOnDemand,
    throughput:
      input.ProvisionedThroughput ??
      (isOnDemand ? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 } : before.throughput),
    indexes,
    stream: updatedStream(before, input, database.now()),
    isProtected: input.DeletionProtectionEnabled ?? before.isProtected,
    tableClass: input.TableClass ?? before.tableClass,
    onDemandThroughput: input.OnDemandThroughput ?? before.onDemandThroughput,
    encryption:
      input.SSESpecification === undefined
        ? before.encryption
        : encryptionOf(input, database.place),
  };
}

function checkThroughputChanges(before: TableDefinition, input: UpdateTableInput): void {
  const { ProvisionedThroughput: given } = input;
  if (given === undefined || before.isOnDemand) return;
  const current = before.throughput;
  if (
    given.ReadCapacityUnits === current.ReadCapacityUnits &&
    given.WriteCapacityUnits === current.WriteCapacityUnits
  )
    throw validationError(
      "The provisioned throughput for the table will not change. The requested value equals the current value. " +
        `Current ReadCapacityUnits provisioned for the table: ${current.ReadCapacityUnits}. Requested ReadCapacityUnits: ${given.ReadCapacityUnits}. ` +
        `Current WriteCapacityUnits provisioned for the table: ${current.WriteCapacityUnits}. Requested WriteCapacityUnits: ${given.WriteCapacityUnits}. ` +
        "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
    );
}

function mergedAttributes(
  before: TableDefinition,
  { AttributeDefinitions: given = [] }: UpdateTableInput,
): TableDefinition["attributes"] {
  const byName = new Map(
    before.attributes.map((attribute) => [attribute.AttributeName, attribute]),
  );
  for (const attribute of given) byName.set(attribute.AttributeName, attribute);
  return [...byName.values()];
}

/** Attributes of indexes that are gone are forgotten. */
function usedAttributes(
  attributes: TableDefinition["attributes"],
  before: TableDefinition,
  indexes: readonly IndexDefinition[],
): TableDefinition["attributes"] {
  const used = new Set(
    [before.keySchema, ...indexes.map((index) => index.keySchema)]
      .flat()
      .map((key) => key.AttributeName),
  );
  return attributes.filter((attribute) => used.has(attribute.AttributeName));
}

function updatedIndexes(before: TableDefinition, input: UpdateTableInput): IndexDefinition[] {
  let indexes = [...before.indexes];
  const updates = input.GlobalSecondaryIndexUpdates ?? [];
  if (updates.filter(({ Create, Delete }) => (Create ?? Delete) !== undefined).length > 1)
    throw limitExceeded(
      "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
    );
  for (const { Create, Update, Delete } of updates) {
    if (Create !== undefined) {
      checkGlobalIndex(Create, before.attributes, before.isOnDemand);
      if (indexes.some((index) => index.name === Create.IndexName))
        throw invalid("Attempting to create an index which already exists");
      if (indexes.filter((index) => index.isGlobal).length >= mostGlobalIndexes)
        throw limitExceeded(
          `Subscriber limit exceeded: GlobalSecondaryIndex count exceeds the per-table limit of ${mostGlobalIndexes}`,
        );
      indexes.push(indexDefinition(Create, true));
      continue;
    }
    const name = (Update ?? Delete)?.IndexName ?? "";
    const existing = indexes.find((index) => index.isGlobal && index.name === name);
    if (existing === undefined) throw tableNotFound("Requested resource not found");
    indexes =
      Delete === undefined
        ? indexes.map((index) =>
            index === existing
              ? { ...index, throughput: Update?.ProvisionedThroughput ?? index.throughput }
              : index,
          )
        : indexes.filter((index) => index !== existing);
  }
  return indexes;
}

function updatedStream(
  before: TableDefinition,
  input: UpdateTableInput,
  nowMs: number,
): TableDefinition["stream"] {
  const { StreamSpecification: given } = input;
  if (given === undefined) return before.stream;
  if (!given.StreamEnabled) {
    if (before.stream?.isEnabled !== true)
      throw validationError("Table is already not streaming: the stream of the table is disabled");
    return { ...before.stream, isEnabled: false };
  }
  if (before.stream?.isEnabled === true)
    throw validationError(`Table already has an enabled stream: TableName: ${before.name}`);
  return streamOf(input, nowMs);
}
