export type { BuiltFunction } from "./built-function.ts";
export { BuildError, type BuildErrorCode } from "./errors.ts";
export {
  createFunctionBuilder,
  type BuildResult,
  type FunctionBuilder,
  type FunctionBuilderOptions,
} from "./function-builder.ts";
export { watchProject, type ProjectWatcher } from "./watch-project.ts";
export { zipDirectory, type ZippedFolder } from "./zip.ts";
