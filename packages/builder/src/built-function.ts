import type { Diagnostic } from "@arclet/manifest";

/** One runnable function: the folder `dev` runs and `deploy` zips. */
export interface BuiltFunction {
  /** As in the manifest: `ws/default`. */
  readonly functionId: string;
  /** Absolute build folder, `.arclet/build/<pragma>/<name>`; Lambda's task root. */
  readonly directory: string;
  /** `cwd` of the function: its source folder; the build folder where a helper reads the manifest there. */
  readonly sourceDirectory: string;
  /** Lambda handler string within `directory`: `index.handler`. */
  readonly handler: string;
  /** Absolute path of the module that holds the handler, e.g. `…/index.mjs`. */
  readonly entry: string;
  readonly format: "esm" | "cjs";
  /** Hex SHA-256 over names and bytes of the folder, and who may execute them. Same source, same hash. */
  readonly hash: string;
  /** Absolute source files the artifact was made of, and folders that are in it whole. */
  readonly inputs: readonly string[];
}

export type BuildResult =
  | {
      readonly ok: true;
      readonly built: BuiltFunction;
      /** Warnings. */
      readonly diagnostics: readonly Diagnostic[];
    }
  | {
      readonly ok: false;
      readonly diagnostics: readonly Diagnostic[];
      /** Absolute source files of the last good build, and those that this one has read. */
      readonly inputs: readonly string[];
      /** What it looked for and did not find. */
      readonly missing: MissingSources;
    };

/** What a failed build looked for: once it appears, the function may build. */
export interface MissingSources {
  /** Absolute paths without extension: `…/lib/names` for `./names` and `./names.js`. */
  readonly paths: readonly string[];
  /** Whether it looked for a package, which may be installed later. */
  readonly hasPackages: boolean;
}

export const nothingMissing: MissingSources = { paths: [], hasPackages: false };
