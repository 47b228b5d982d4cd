import type { Place } from "@arclet/manifest";
import type { StreamChange } from "../../../lambda-events/tables-streams.ts";
import type { SkippedLine } from "../../journal-lines.ts";

/** A function that reads the stream of a table. */
export interface StreamConsumer {
  readonly functionId: string;
  readonly table: string;
}

export interface DynamoWorkerData {
  /** Region and account of ARNs. */
  readonly place: Place;
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
  /** These functions read streams: what they have not had is sent. */
  | { readonly type: "consume"; readonly consumers: readonly StreamConsumer[] }
  | { readonly type: "delivered"; readonly consumer: StreamConsumer; readonly sequence: number }
  | { readonly type: "expire"; readonly nowMs: number }
  | { readonly type: "close" };

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
      readonly functionId: string;
      readonly records: readonly StreamChange[];
    }
  | { readonly type: "expired" }
  /** The disk refused what nobody was promised; once until it takes something again. */
  | { readonly type: "unwritten"; readonly text: string }
  | {
      readonly type: "failed";
      readonly error: string;
      /** Of the system: `EADDRINUSE`. */
      readonly code: string | null;
    };
