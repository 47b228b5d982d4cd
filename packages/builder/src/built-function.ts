import type { Diagnostic } from "@arclet/manifest";

/** A built function: the folder that `dev` runs and `deploy` zips. */
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
  /** Hex SHA-256 over the folder's file names, contents and executable bits. The same sources give the same hash. */
  readonly hash: string;
  /** Absolute paths of the source files, and of folders included completely. */
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
      /** Absolute paths of the source files of the last good build and of this one. */
      readonly inputs: readonly string[];
      /** Files it did not find. */
      readonly missing: MissingSources;
    };

/** Missing files of a failed build. Once they appear, the function may build. */
export interface MissingSources {
  /** Absolute paths without extension: `…/lib/names` for `./names` and `./names.js`. */
  readonly paths: readonly string[];
  /** Whether a package is missing, which may be installed later. */
  readonly hasPackages: boolean;
}

export const nothingMissing: MissingSources = { paths: [], hasPackages: false };
