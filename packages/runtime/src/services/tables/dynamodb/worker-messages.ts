import type { TableChange } from "../../../lambda-events/tables-streams.ts";
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

export type FromDynamoWorker =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "changes"; readonly changes: readonly TableChange[] }
  | { readonly type: "expired" }
  | { readonly type: "failed"; readonly error: string };
