export { findManifest, manifestFileNames, parseManifestFile } from "./project/find-manifest.ts";
export { checkProject, readProject, type ReadProjectOptions } from "./project/read-project.ts";
