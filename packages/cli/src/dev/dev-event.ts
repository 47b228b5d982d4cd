import type { Diagnostic, Project } from "@arclet/manifest";
import type { Runtime, TrafficEvent } from "@arclet/runtime";

/** Everything a dev session tells, in one union. */
export type DevEvent =
  | {
      readonly type: "ready";
      readonly project: Project;
      readonly runtime: Runtime;
      readonly durationMs: number;
    }
  | { readonly type: "traffic"; readonly event: TrafficEvent }
  | { readonly type: "diagnostics"; readonly diagnostics: readonly Diagnostic[] }
  /** A reload took effect. `what`: functions, routes, or the manifest. */
  | { readonly type: "reloaded"; readonly what: readonly string[]; readonly durationMs: number }
  /** What was saved does not work; the app runs on as before. */
  | { readonly type: "kept"; readonly what: string }
  /** A function never built so far: it answers as a broken deployment would. */
  | { readonly type: "broken"; readonly functionId: string }
  /** A plugin failed while the app runs on. */
  | { readonly type: "plugin-failed"; readonly text: string }
  | { readonly type: "bug"; readonly where: string; readonly error: unknown };
