export { findManifest, manifestFileNames, parseManifestFile } from "./project/find-manifest.ts";
export {
  checkProject,
  missingFunction,
  readProject,
  type ReadProjectOptions,
} from "./project/read-project.ts";
