import { randomUUID } from "node:crypto";
import type { Place } from "@arclet/manifest";
import { validationError } from "../dynamo-error.ts";
import { list, newName, required, structure, text } from "../requests/field.ts";
import type { Database } from "../storage/database.ts";
import type {
  IndexDefinition,
  KeySchemaElement,
  TableDefinition,
} from "../storage/table-definition.ts";
import {
  checkBilling,
  checkDistinctIndexes,
  checkGlobalIndexes,
  checkKeySchema,
  checkLocalIndexes,
  checkStream,
  invalid,
} from "./check-table.ts";
import { tableDescription } from "./describe-table.ts";
import { operation, type Operation } from "./operation.ts";
import {
  attributeDefinitions,
  globalIndex,
  keySchema,
  localIndex,
  settings,
  throughput,
  type IndexParameters,
  type TableParameters,
} from "./table-fields.ts";

interface CreateTableInput extends TableParameters {
  readonly TableName?: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly AttributeDefinitions: NonNullable<TableParameters["AttributeDefinitions"]>;
  readonly LocalSecondaryIndexes?: readonly IndexParameters[];
  readonly GlobalSecondaryIndexes?: readonly IndexParameters[];
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

export const createTable: Operation = operation<CreateTableInput>(
  {
    fields: {
      AttributeDefinitions: required(attributeDefinitions),
      TableName: { ...newName, isRequired: false },
      ...settings,
      ProvisionedThroughput: throughput,
      KeySchema: required(keySchema),
      LocalSecondaryIndexes: list(structure("LocalSecondaryIndex", localIndex)),
      GlobalSecondaryIndexes: list(structure("GlobalSecondaryIndex", globalIndex)),
      Tags: list(structure("Tag", { Key: text, Value: text })),
    },
  },
  (database, input) => {
    const { TableName: name } = input;
    if (name === undefined)
      throw validationError(
        "The parameter 'TableName' is required but was not present in the request",
      );
    checkTable(input);
    const table = database.create(definitionOf(name, input, database));
    return { TableDescription: tableDescription(database, table, "CREATING") };
  },
);

function checkTable(input: CreateTableInput): void {
  const { AttributeDefinitions: attributes, KeySchema: schema } = input;
  const { LocalSecondaryIndexes: local, GlobalSecondaryIndexes: global } = input;
  const isOnDemand = input.BillingMode === "PAY_PER_REQUEST";
  checkBilling(input, isOnDemand);
  if (!isOnDemand && input.ProvisionedThroughput === undefined)
    throw invalid(
      "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  if (schema.length > attributes.length)
    throw validationError("Invalid KeySchema: Some index key attribute have no definition");
  checkKeySchema(schema, attributes);
  checkStream(input);
  if (local !== undefined) checkLocalIndexes(local, schema, attributes);
  if (global !== undefined) checkGlobalIndexes(global, attributes, isOnDemand);
  const indexes = [...(local ?? []), ...(global ?? [])];
  checkDistinctIndexes(indexes);
  checkAttributesUsed(input, indexes);
}

/** Attributes are declared for keys alone. */
function checkAttributesUsed(
  { KeySchema: schema, AttributeDefinitions: attributes }: CreateTableInput,
  indexes: readonly IndexParameters[],
): void {
  const used = new Set(
    [schema, ...indexes.map((index) => index.KeySchema)].flat().map((key) => key.AttributeName),
  );
  if (attributes.every((attribute) => used.has(attribute.AttributeName))) return;
  throw invalid(
    indexes.length === 0
      ? "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
      : `Some AttributeDefinitions are not used. AttributeDefinitions: [${attributes.map((attribute) => attribute.AttributeName).join(", ")}], keys used: [${[...used].join(", ")}]`,
  );
}

function definitionOf(name: string, input: CreateTableInput, database: Database): TableDefinition {
  const nowMs = database.now();
  return {
    name,
    id: randomUUID(),
    createdAtMs: nowMs,
    attributes: input.AttributeDefinitions,
    keySchema: input.KeySchema,
    isOnDemand: input.BillingMode === "PAY_PER_REQUEST",
    throughput: input.ProvisionedThroughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    indexes: [
      ...(input.LocalSecondaryIndexes ?? []).map((index) => indexDefinition(index, false)),
      ...(input.GlobalSecondaryIndexes ?? []).map((index) => indexDefinition(index, true)),
    ],
    stream: streamOf(input, nowMs),
    timeToLive: null,
    tags: Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    isProtected: input.DeletionProtectionEnabled ?? false,
    tableClass: input.TableClass ?? null,
    onDemandThroughput: input.OnDemandThroughput ?? null,
    encryption: encryptionOf(input, database.place),
    hasPointInTimeRecovery: false,
  };
}

export function indexDefinition(index: IndexParameters, isGlobal: boolean): IndexDefinition {
  return {
    name: index.IndexName,
    keySchema: index.KeySchema,
    projection: index.Projection,
    isGlobal,
    throughput: index.ProvisionedThroughput ?? null,
  };
}

/** A stream that is asked for; its label is the time it begins. */
export function streamOf(
  { StreamSpecification: stream }: TableParameters,
  nowMs: number,
): TableDefinition["stream"] {
  if (stream?.StreamEnabled !== true || stream.StreamViewType === undefined) return null;
  const label = new Date(nowMs).toISOString().slice(0, -1);
  return { viewType: stream.StreamViewType, label, isEnabled: true };
}

export function encryptionOf(
  { SSESpecification: encryption }: TableParameters,
  { region, account }: Place,
): TableDefinition["encryption"] {
  if (encryption?.Enabled !== true) return null;
  const key = encryption.KMSMasterKeyId ?? "alias/aws/dynamodb";
  return { keyArn: key.startsWith("arn:") ? key : `arn:aws:kms:${region}:${account}:${key}` };
}
