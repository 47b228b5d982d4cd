import type { StreamViewType } from "../../../../lambda-events/tables-streams.ts";
import type { KeyType } from "../values/attribute-value.ts";

export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: "HASH" | "RANGE";
}

export interface AttributeDefinition {
  readonly AttributeName: string;
  readonly AttributeType: KeyType;
}

export interface Projection {
  readonly ProjectionType?: "ALL" | "KEYS_ONLY" | "INCLUDE";
  readonly NonKeyAttributes?: readonly string[];
}

export interface Throughput {
  readonly ReadCapacityUnits: number;
  readonly WriteCapacityUnits: number;
}

export interface IndexDefinition {
  readonly name: string;
  readonly keySchema: readonly KeySchemaElement[];
  readonly projection: Projection;
  readonly isGlobal: boolean;
  readonly throughput: Throughput | null;
}

/** What is known of a table beside its items; written to the journal as it is. */
export interface TableDefinition {
  readonly name: string;
  readonly id: string;
  readonly createdAtMs: number;
  readonly attributes: readonly AttributeDefinition[];
  readonly keySchema: readonly KeySchemaElement[];
  readonly isOnDemand: boolean;
  readonly throughput: Throughput;
  readonly indexes: readonly IndexDefinition[];
  /** `label` is the time at which it was enabled; null: there never was one. */
  readonly stream: {
    readonly viewType: StreamViewType;
    readonly label: string;
    readonly isEnabled: boolean;
  } | null;
  readonly timeToLive: { readonly attribute: string } | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly isProtected: boolean;
  readonly tableClass: string | null;
  readonly onDemandThroughput: object | null;
  readonly encryption: { readonly keyArn: string } | null;
  readonly hasPointInTimeRecovery: boolean;
}
