/** An item or key in DynamoDB's own JSON: `{ id: { S: "1" } }`. */
export type DynamoItem = Readonly<Record<string, unknown>>;

export interface DynamoWorkerData {
  readonly path: string | null;
  readonly port: number;
}

/** A table whose changes are captured, by physical name. */
export interface StreamedTable {
  readonly table: string;
  readonly keys: readonly string[];
}

export interface ExpiringTable {
  readonly table: string;
  readonly keys: readonly string[];
  readonly attribute: string;
}

export type ToDynamoWorker =
  | { readonly type: "configure"; readonly streams: readonly StreamedTable[] }
  | { readonly type: "expire"; readonly nowMs: number; readonly tables: readonly ExpiringTable[] }
  | { readonly type: "close" };

export interface TableChange {
  readonly table: string;
  readonly keys: DynamoItem;
  readonly oldImage: DynamoItem | null;
  readonly newImage: DynamoItem | null;
  /** Removed by time to live. */
  readonly expired: boolean;
}

export type FromDynamoWorker =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "changes"; readonly changes: readonly TableChange[] }
  | { readonly type: "expired" }
  | { readonly type: "failed"; readonly error: string };
