import type { KeyAttribute, Table } from "@arclet/manifest";
import { tableLogicalId } from "../template/logical-ids.ts";
import type { SynthesisContext } from "./synthesis-context.ts";
import type { TemplateValue } from "../template/template.ts";
import { parameterOf } from "./discovery.ts";

/** Tables and their indexes. A table outlives its stack and its replacement. */
export function addTables(context: SynthesisContext): void {
  const { manifest, template } = context;
  for (const table of manifest.tables) {
    const isStreamed = manifest.tableStreams.some((stream) => stream.table === table.name);
    const id = tableLogicalId(table.name);
    template.add(
      id,
      {
        Type: "AWS::DynamoDB::Table",
        // A failed first deploy removes the empty table; otherwise it is retained.
        DeletionPolicy: "RetainExceptOnCreate",
        UpdateReplacePolicy: "Retain",
        Properties: tableProperties(table, isStreamed),
      },
      { label: `table ${table.name}`, location: table.origin },
    );
    parameterOf(context, "tables", table.name, id, table.origin);
  }
}

function tableProperties(
  table: Table,
  isStreamed: boolean,
): { readonly [key: string]: TemplateValue } {
  const types = new Map<string, KeyAttribute["type"]>();
  for (const { partitionKey, sortKey } of [table, ...table.indexes])
    for (const key of [partitionKey, sortKey]) if (key !== null) types.set(key.name, key.type);
  return {
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: keySchema(table),
    ...(table.indexes.length > 0
      ? {
          GlobalSecondaryIndexes: table.indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: keySchema(index),
            Projection:
              index.projection === "all"
                ? { ProjectionType: "ALL" }
                : index.projection === "keys"
                  ? { ProjectionType: "KEYS_ONLY" }
                  : { ProjectionType: "INCLUDE", NonKeyAttributes: index.projection },
          })),
        }
      : {}),
    ...(table.ttlAttribute === null
      ? {}
      : { TimeToLiveSpecification: { AttributeName: table.ttlAttribute, Enabled: true } }),
    ...(table.encrypt === false
      ? {}
      : {
          SSESpecification: {
            SSEEnabled: true,
            ...(typeof table.encrypt === "string"
              ? { SSEType: "KMS", KMSMasterKeyId: table.encrypt }
              : {}),
          },
        }),
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: table.pointInTimeRecovery },
    ...(isStreamed ? { StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" } } : {}),
  };
}

function keySchema(keys: {
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute | null;
}): TemplateValue {
  const hash = { AttributeName: keys.partitionKey.name, KeyType: "HASH" };
  return keys.sortKey === null
    ? [hash]
    : [hash, { AttributeName: keys.sortKey.name, KeyType: "RANGE" }];
}
