import type { FunctionConfig } from "@arclet/manifest";
import type { FunctionLog, InvocationFailure, InvocationResult } from "../invocation.ts";

/** How Lambda writes its own lines about a function's invocations. */
export type InvocationLogging = Pick<FunctionConfig, "logFormat" | "systemLogLevel">;

/** Everything that happens, in one union: terminal, metrics and developer page read the same stream. */
export type TrafficEvent =
  | {
      readonly type: "http";
      readonly method: string;
      readonly path: string;
      readonly routeKey: string | null;
      readonly status: number;
      readonly durationMs: number;
      /** Why the gateway refused it, where the status alone does not say; null for all else. */
      readonly reason: string | null;
    }
  /** A file of `public/` or a function that writes pages changed: pages under development load again. */
  | { readonly type: "page-changed" }
  /** A function gave a result without `statusCode`, which became a JSON page. */
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
      /** Why there is none. */
      readonly reason: string | null;
    }
  | { readonly type: "message-out"; readonly connectionId: string; readonly bytes: number }
  /** A function has sent to a room. */
  | {
      readonly type: "room-sent";
      readonly room: string;
      /** How many it was for. */
      readonly members: number;
      /** How many of them read too slowly, or were just closing. */
      readonly missed: number;
    }
  | {
      readonly type: "disconnected";
      readonly connectionId: string;
      readonly code: number;
      readonly reason: string;
      readonly durationMs: number;
    }
  /** A topic or a queue took a message in: what was published, as text. */
  | {
      readonly type: "published";
      readonly service: "events" | "queues";
      /** Name of the topic or queue in the manifest. */
      readonly name: string;
      readonly message: string;
    }
  /** An invocation begins to run in an environment; what it logs comes after. */
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
      /** The most its environment has had so far; null unless somebody wants memory measured. */
      readonly usedMemoryMb: number | null;
      readonly logging: InvocationLogging;
      readonly result: InvocationResult;
    }
  /** A function's new code failed while it loaded. */
  | {
      readonly type: "init-failed";
      readonly functionId: string;
      readonly failure: InvocationFailure;
      /** Epoch milliseconds since when the version that keeps running is in place; null: there is none. */
      readonly runningSince: number | null;
    }
  | { readonly type: "log"; readonly log: FunctionLog }
  | { readonly type: "bug"; readonly where: string; readonly error: unknown };
