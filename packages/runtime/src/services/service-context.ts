import type { Clock } from "../clock.ts";
import type { Realtime } from "../connections/realtime.ts";
import type { Invoker } from "../execution/invoker.ts";
import type { Traffic } from "../traffic/traffic.ts";

/** Shared by all services. */
export interface ServiceContext {
  readonly invoker: Invoker;
  readonly clock: Clock;
  readonly traffic: Traffic;
  readonly realtime: Realtime;
  /** Absolute folder; null keeps everything in memory. */
  readonly dataDirectory: string | null;
  /** Where the services' port is: `http://127.0.0.1:3334`. */
  origin(): string;
  readonly tables: TablesSettings;
}

export interface TablesSettings {
  /** Port of the embedded DynamoDB; 0 takes any free one. */
  readonly port: number;
  /** URL of a DynamoDB-compatible server to use instead; null: the embedded one. */
  readonly endpoint: string | null;
  /** Absolute path; null: the project's `sandbox-seed.{js,cjs,mjs,json}`. */
  readonly seedFile: string | null;
}

/** An event or message that failed every retry. */
export interface DeadLetter {
  readonly id: string;
  readonly service: "events" | "queues" | "scheduled" | "tables-streams" | "rooms";
  /** Name of the event, queue, schedule or table. */
  readonly source: string;
  readonly functionId: string;
  readonly payload: string;
  readonly error: string;
}

/** Reports that a function's input was dropped or will be retried. */
export function reportRemark(context: ServiceContext, functionId: string, text: string): void {
  context.traffic.emit({
    type: "log",
    log: { kind: "remark", functionId, requestId: null, stream: "stderr", text: `${text}\n` },
  });
}
