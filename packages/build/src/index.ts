export { buildFunction } from "./build-function.ts";
export type { BuildOptions, BuildResult } from "./build-function.ts";
export type { BuiltFunction } from "./built-function.ts";
export { BuildError } from "./errors.ts";
export type { BuildErrorCode } from "./errors.ts";
export { createFunctionBuilder } from "./function-builder.ts";
export type { FunctionBuilder } from "./function-builder.ts";
