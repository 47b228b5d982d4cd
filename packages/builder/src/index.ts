export { helpersAbove, helpersAmong, isBefore } from "./architect-helpers.ts";
export type { ArchitectHelper, ArchitectHelperName } from "./architect-helpers.ts";
export { createArchiver } from "./archive/archiver.ts";
export type { Archive, Archiver } from "./archive/archiver.ts";
export { bundleModule } from "./bundle/bundle-module.ts";
export type { BundleModuleOptions } from "./bundle/bundle-module.ts";
export { buildFunction } from "./build-function.ts";
export type { BuildResult, MissingSources } from "./built-function.ts";
export type { BuildOptions } from "./build-options.ts";
export type { BuiltFunction } from "./built-function.ts";
export { BuildError } from "./errors.ts";
export type { BuildErrorCode } from "./errors.ts";
export {
  findHandler,
  isNodeRuntime,
  nodeHandlerExtensions,
  type FoundHandler,
} from "./find-handler.ts";
export { startCompiler } from "./esbuild/load-esbuild.ts";
export { createFunctionBuilder } from "./function-builder.ts";
export type { FunctionBuilder } from "./function-builder.ts";
export { affectedFunctions } from "./watch/affected-functions.ts";
export type { WatchedFunction } from "./watch/affected-functions.ts";
export { zipDirectory } from "./archive/zip.ts";
export { watchProject } from "./watch/watch-project.ts";
export { watchPackages } from "./watch/watch-packages.ts";
export type { PackageWatch } from "./watch/watch-packages.ts";
export type { ProjectWatcher, WatchOptions } from "./watch/watch-project.ts";
export { checkSource } from "./check-source.ts";
