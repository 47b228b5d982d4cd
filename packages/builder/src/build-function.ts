import type { Diagnostic, ProjectFunction } from "@arclet/manifest";
import type { BuiltFunction } from "./built-function.ts";
import { createFunctionBuilder } from "./function-builder.ts";

export interface BuildOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** Absolute. @default `<root>/.arclet/build` */
  readonly outDirectory?: string;
  /** Import specifiers and the absolute folders or files they stand for: `@architect/shared`. @default none */
  readonly alias?: { readonly [specifier: string]: string };
  /**
   * Absolute path of the manifest's `.arc` text, put into the build folder where helpers of 2019 read it.
   * @default none
   */
  readonly manifestFile?: string;
  /**
   * Takes version 2 of the AWS SDK from where it is installed: its 40 MB would be bundled into every
   * function that names it. Only for folders that run on this machine.
   * @default false
   */
  readonly keepsOlderAwsSdk?: boolean;
  /** @default false */
  readonly minify?: boolean;
  /**
   * Absolute folder that remembers what was built: functions that would come out the same are not built
   * again by the next builder.
   * @default none
   */
  readonly cacheDirectory?: string;
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

/**
 * Builds one function, once. Mistakes in its sources are diagnostics, and leave the folder of the last
 * good build as it is.
 *
 * @throws BuildError when the build folder cannot be written.
 */
export async function buildFunction(
  declared: ProjectFunction,
  options: BuildOptions,
): Promise<BuildResult> {
  const builder = createFunctionBuilder(options);
  try {
    return await builder.build(declared);
  } finally {
    await builder.close();
  }
}
