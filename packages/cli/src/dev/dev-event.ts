import type { Diagnostic, Project } from "@arclet/manifest";
import type { Runtime, TrafficEvent } from "@arclet/runtime";

/** Everything a dev session reports. */
export type DevEvent =
  | {
      readonly type: "ready";
      readonly project: Project;
      readonly runtime: Runtime;
      readonly durationMs: number;
    }
  | { readonly type: "traffic"; readonly event: TrafficEvent }
  | { readonly type: "diagnostics"; readonly diagnostics: readonly Diagnostic[] }
  /** A reload took effect: the new code has loaded. `what`: functions, routes, or the manifest. */
  | { readonly type: "reloaded"; readonly what: readonly string[]; readonly durationMs: number }
  /** Functions that failed to build or to load, or a manifest with errors, and do no longer. */
  | { readonly type: "repaired"; readonly what: readonly string[] }
  /** What was saved does not work; the app runs on as before. */
  | { readonly type: "kept"; readonly what: string }
  /** Functions that have never built: they answer as a broken deployment would. */
  | { readonly type: "broken"; readonly what: string }
  /** Functions that were saved and fail to build exactly as before. */
  | { readonly type: "still-broken"; readonly what: string }
  /** A function writes a file into its own folder, whose changes no longer load it again. */
  | { readonly type: "self-written"; readonly functionId: string; readonly file: string }
  /** The system limits file watches, so some saves may go unnoticed. */
  | { readonly type: "unwatched"; readonly text: string }
  /** A command of `@sandbox-start` wrote a line. */
  | { readonly type: "command-output"; readonly command: string; readonly line: string }
  /** A plugin failed; the app keeps running. */
  | { readonly type: "plugin-failed"; readonly text: string }
  /** A reload failed for a reason outside the code: a port is in use, the disk is full. */
  | { readonly type: "failed"; readonly text: string }
  | { readonly type: "bug"; readonly where: string; readonly error: unknown };
