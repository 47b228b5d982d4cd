export { parseByName } from "./project/parse-by-name.ts";
export { preferencesFileNames } from "./project/preferences.ts";
export { functionConfigNames, overlayFunctionConfig } from "./project/function-config.ts";
export { findManifest, manifestFileNames, parseManifestFile } from "./project/find-manifest.ts";
export {
  checkProject,
  missingFunction,
  readProject,
  type ReadProjectOptions,
} from "./project/read-project.ts";
