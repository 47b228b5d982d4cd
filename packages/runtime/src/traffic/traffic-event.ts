import type { FunctionConfig } from "@arclet/manifest";
import type { FunctionLog, InvocationFailure, InvocationResult } from "../invocation.ts";

/** Format of Lambda's own log lines. */
export type InvocationLogging = Pick<FunctionConfig, "logFormat" | "systemLogLevel">;

/** All traffic events. Terminal, metrics and developer page read the same stream. */
export type TrafficEvent =
  | {
      readonly type: "http";
      readonly method: string;
      readonly path: string;
      readonly routeKey: string | null;
      readonly status: number;
      readonly durationMs: number;
      /** Reason for the gateway's refusal, if the status does not show it; otherwise null. */
      readonly reason: string | null;
    }
  /** A file in `public/` or a function that renders pages changed, so open pages reload. */
  | { readonly type: "page-changed" }
  /** A function returned a result without `statusCode`, which was sent as JSON. */
  | {
      readonly type: "http-result-inferred";
      readonly functionId: string;
      readonly routeKey: string;
    }
  | {
      readonly type: "connected";
      readonly connectionId: string;
      readonly durationMs: number;
      readonly sourceIp: string;
    }
  | {
      readonly type: "connect-refused";
      readonly status: number;
      readonly reason: string;
      readonly durationMs: number;
    }
  | {
      readonly type: "message-in";
      readonly connectionId: string;
      readonly routeKey: string | null;
      readonly bytes: number;
      readonly durationMs: number;
      /** False: no route, a failed function, a malformed result, or a status of 400 or more. */
      readonly ok: boolean;
      /** The `statusCode` of the function's result; null when there is none. */
      readonly status: number | null;
      /** Reason why there is none. */
      readonly reason: string | null;
    }
  | { readonly type: "message-out"; readonly connectionId: string; readonly bytes: number }
  /** A function has sent to a room. */
  | {
      readonly type: "room-sent";
      readonly room: string;
      /** Number of receivers. */
      readonly members: number;
      /** Receivers that read too slowly or were closing. */
      readonly missed: number;
    }
  | {
      readonly type: "disconnected";
      readonly connectionId: string;
      readonly code: number;
      readonly reason: string;
      readonly durationMs: number;
    }
  /** A topic or queue accepted a message; the published text. */
  | {
      readonly type: "published";
      readonly service: "events" | "queues";
      /** Name of the topic or queue in the manifest. */
      readonly name: string;
      readonly message: string;
    }
  /** An invocation starts in an environment; its logs follow. */
  | {
      readonly type: "invocation-begun";
      readonly functionId: string;
      readonly requestId: string;
      readonly logging: InvocationLogging;
    }
  | {
      readonly type: "invoked";
      readonly functionId: string;
      readonly requestId: string;
      readonly durationMs: number;
      readonly initDurationMs: number | null;
      /** Megabytes the function is configured with. */
      readonly memoryMb: number;
      /** Peak memory of its environment; null unless a listener measures memory. */
      readonly usedMemoryMb: number | null;
      readonly logging: InvocationLogging;
      readonly result: InvocationResult;
    }
  /** A function's new code failed to load. */
  | {
      readonly type: "init-failed";
      readonly functionId: string;
      readonly failure: InvocationFailure;
      /** Epoch milliseconds when the version that keeps running was started; null if there is none. */
      readonly runningSince: number | null;
    }
  | { readonly type: "log"; readonly log: FunctionLog }
  | { readonly type: "bug"; readonly where: string; readonly error: unknown };
