import { mostProjectedByIndex } from "@arclet/manifest";
import {
  boolean,
  choice,
  indexName,
  list,
  required,
  structure,
  text,
  type Field,
  type Fields,
} from "../requests/field.ts";
import type {
  AttributeDefinition,
  KeySchemaElement,
  Projection,
  Throughput,
} from "../storage/table-definition.ts";

/** Parameters that make a table and those that change one. */
export interface TableParameters {
  readonly AttributeDefinitions?: readonly AttributeDefinition[];
  readonly BillingMode?: "PROVISIONED" | "PAY_PER_REQUEST";
  readonly ProvisionedThroughput?: Throughput;
  readonly StreamSpecification?: {
    readonly StreamEnabled: boolean;
    readonly StreamViewType?: "NEW_AND_OLD_IMAGES" | "NEW_IMAGE" | "OLD_IMAGE" | "KEYS_ONLY";
  };
  readonly SSESpecification?: { readonly Enabled?: boolean; readonly KMSMasterKeyId?: string };
  readonly DeletionProtectionEnabled?: boolean;
  readonly TableClass?: string;
  readonly OnDemandThroughput?: object;
}

export interface IndexParameters {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: Projection;
  readonly ProvisionedThroughput?: Throughput;
}

const attributeName: Field = { type: "string", isRequired: true, shortest: 1, longest: 255 };

export const attributeDefinitions: Field = list(
  structure("AttributeDefinition", {
    AttributeName: attributeName,
    AttributeType: required(choice("B", "N", "S")),
  }),
);

export const keySchema: Field = list(
  structure("KeySchemaElement", {
    AttributeName: attributeName,
    KeyType: required(choice("HASH", "RANGE")),
  }),
  { shortest: 1, longest: 2 },
);

const units: Field = { type: "integer", isRequired: true, least: 1 };

export const throughput: Field = structure("ProvisionedThroughput", {
  WriteCapacityUnits: units,
  ReadCapacityUnits: units,
});

const projection: Field = structure("Projection", {
  ProjectionType: choice("ALL", "INCLUDE", "KEYS_ONLY"),
  NonKeyAttributes: list(
    { type: "string", shortest: 1, longest: 255 },
    { shortest: 1, longest: mostProjectedByIndex },
  ),
});

export const localIndex: Fields = {
  IndexName: required(indexName),
  KeySchema: required(keySchema),
  Projection: required(projection),
};

export const globalIndex: Fields = { ...localIndex, ProvisionedThroughput: throughput };

/** Settings of a table that its items do not depend on. */
export const settings: Fields = {
  BillingMode: choice("PROVISIONED", "PAY_PER_REQUEST"),
  StreamSpecification: structure("StreamSpecification", {
    StreamEnabled: required(boolean),
    StreamViewType: choice("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"),
  }),
  SSESpecification: structure("SSESpecification", {
    Enabled: boolean,
    SSEType: choice("AES256", "KMS"),
    KMSMasterKeyId: text,
  }),
  DeletionProtectionEnabled: boolean,
  TableClass: choice("STANDARD", "STANDARD_INFREQUENT_ACCESS"),
  OnDemandThroughput: structure("OnDemandThroughput", {
    MaxReadRequestUnits: { type: "integer" },
    MaxWriteRequestUnits: { type: "integer" },
  }),
};
