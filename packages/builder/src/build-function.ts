import type { BuildResult } from "./built-function.ts";
import type { BuildOptions } from "./build-options.ts";
import type { ProjectFunction } from "@arclet/manifest";
import { createFunctionBuilder } from "./function-builder.ts";

/**
 * Builds one function, once. Errors in its sources are diagnostics, and leave the last good build
 * unchanged.
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
