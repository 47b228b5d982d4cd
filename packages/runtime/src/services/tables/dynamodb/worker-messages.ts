import type { SkippedLine } from "../../journal-lines.ts";

export interface DynamoWorkerData {
  /** The journal; null keeps everything in memory. */
  readonly file: string | null;
  readonly port: number;
  /** The clock of whoever starts it, which tests may turn. */
  readonly nowMs: number;
}

export type ToDynamoWorker =
  | {
      readonly type: "call";
      readonly id: number;
      readonly operation: string;
      readonly input: object;
    }
  /** Functions read the streams of these tables: what they have not had is sent. */
  | { readonly type: "consume"; readonly tables: readonly string[] }
  | { readonly type: "delivered"; readonly table: string; readonly sequence: number }
  | { readonly type: "expire"; readonly nowMs: number }
  | { readonly type: "close" };

/** A record of a stream on its way to a function. */
export interface ConsumedRecord {
  readonly sequence: number;
  readonly atMs: number;
  /** JSON text of the event's record. */
  readonly text: string;
}

export type FromDynamoWorker =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "skipped"; readonly skipped: SkippedLine }
  | { readonly type: "answer"; readonly id: number; readonly output: object }
  | {
      readonly type: "refusal";
      readonly id: number;
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly type: "records";
      readonly table: string;
      readonly records: readonly ConsumedRecord[];
    }
  | { readonly type: "expired" }
  | {
      readonly type: "failed";
      readonly error: string;
      /** Of the system: `EADDRINUSE`. */
      readonly code: string | null;
    };
