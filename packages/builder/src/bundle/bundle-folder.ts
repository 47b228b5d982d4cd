import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic, ProjectFunction } from "@arclet/manifest";
import { helpersAmong, readsManifest } from "../architect-helpers.ts";
import { writeBuildFolder, type FolderFile } from "../build-folder.ts";
import { givenPath, realOutput, type BuildPlace } from "../build-place.ts";
import { nothingMissing, type BuiltFunction } from "../built-function.ts";
import type { BundlingSettings } from "./bundling-settings.ts";
import { foldersByPath } from "./folders-by-path.ts";
import type { BundleRequest, BundleResult } from "./bundle-function.ts";
import { checkDecorators } from "./check-decorators.ts";
import { checkHandler } from "./check-handler.ts";
import type { FailedSources } from "./failed-sources.ts";
import { moduleName } from "./complete-module.ts";
import { filesBesideBundle } from "../copy/copied-files.ts";
import type { FileHashes } from "../file-hashes.ts";
import type { FoundHandler } from "../find-handler.ts";
import { readPackageFacts } from "../module-format.ts";
import { packageTypeFile } from "../copy/package-type-file.ts";
import { filesOfPackages, importedPackages } from "../copy/shipped-packages.ts";
import { toFolderFile } from "../copy/traced-files.ts";

export type BundledFolder =
  | {
      readonly ok: true;
      readonly built: BuiltFunction;
      /** Warnings. */
      readonly diagnostics: readonly Diagnostic[];
      /** Absolute file paths without symbolic links; null if shipped packages have unlisted files. */
      readonly sources: readonly string[] | null;
      /** Absolute folders whose files went beside the bundle. */
      readonly folders: readonly string[];
      /** Absolute paths of the files in the build folder. */
      readonly outputs: readonly string[];
    }
  | {
      readonly ok: false;
      readonly diagnostics: readonly Diagnostic[];
      readonly sources: FailedSources;
    };

/** Bundles a function, and copies the other files of its folder next to the bundle. */
export async function bundleFolder(
  declared: ProjectFunction,
  place: BuildPlace,
  found: Extract<FoundHandler, { kind: "node" }>,
  bundle: (request: BundleRequest) => Promise<BundleResult>,
  { manifestFile, ...settings }: BundlingSettings,
  hashes: FileHashes,
): Promise<BundledFolder> {
  const own = await readPackageFacts(place.source);
  const entry = await realpath(found.file);
  const result = await bundle({
    root: place.root,
    entry,
    directory: realOutput(place),
    runtime: declared.config.runtime,
    adapts: declared.pragma === "http" ? found.exportPath : null,
    dependencies: own?.dependencies ?? new Set(),
    ...settings,
  });
  if (!result.ok) return result;
  const { files, format, inputs, nativeImports } = result.bundle;
  const { runtime } = declared.config;
  const { exportPath } = found;
  const isModule = format === "esm";
  const refusals = await checkHandler({ entry, root: place.root, exportPath, runtime, isModule });
  if (refusals.length > 0) {
    const diagnostics = [...result.diagnostics, ...refusals];
    return { ok: false, diagnostics, sources: { read: inputs, missing: nothingMissing } };
  }
  const decorators = await checkDecorators(inputs, place.source, place.root);
  const packages = await filesOfPackages(await importedPackages(nativeImports), null);
  const made = new Set(files.map(({ name }) => name));
  const beside = await filesBesideBundle(place.source, new Set(inputs));
  const copied = beside.files.filter(({ name }) => !made.has(name));
  const last = moduleName(format);
  const manifest = await manifestFiles(manifestFile, inputs);
  const code = files.find(({ name }) => name === last)?.bytes ?? new Uint8Array();
  const byPath = await foldersByPath(Buffer.from(code).toString("latin1"), inputs, settings);
  const { hash, paths } = await writeBuildFolder(
    place.outFolder,
    [
      ...files.map(({ name, bytes }): FolderFile => ({ name, contents: { kind: "bytes", bytes } })),
      ...copied.map(toFolderFile),
      ...distinct([...packages.map(toFolderFile), ...byPath.files]),
      ...manifest,
      ...(await packageTypeFile(copied, found.file)),
    ],
    last,
    hashes,
  );
  const sources = [...inputs, ...copied.map(({ path }) => path)];
  const read = manifest.length > 0 && manifestFile !== null ? [manifestFile] : [];
  const looksAround = manifest.length > 0 || byPath.folders.length > 0;
  const built = {
    functionId: declared.id,
    directory: place.outFolder,
    sourceDirectory: looksAround ? place.outFolder : declared.directory,
    handler: `index.${found.exportPath}`,
    entry: join(place.outFolder, last),
    format,
    hash,
    inputs: [...sources.map((path) => givenPath(path, place)), ...byPath.folders, ...read],
  } satisfies BuiltFunction;
  return {
    ok: true,
    built,
    diagnostics: decorators === null ? result.diagnostics : [...result.diagnostics, decorators],
    sources: packages.length > 0 || byPath.folders.length > 0 ? null : [...sources, ...read],
    folders: beside.folders,
    outputs: paths,
  };
}

/** Two sources may ship the same package. */
function distinct(files: readonly FolderFile[]): readonly FolderFile[] {
  return [...new Map(files.map((file) => [file.name, file])).values()];
}

/** The manifest file, for helpers that read it; otherwise nothing. */
async function manifestFiles(
  path: string | null,
  inputs: readonly string[],
): Promise<readonly FolderFile[]> {
  if (path === null || !(await helpersAmong(inputs)).some(readsManifest)) return [];
  return [".arc", "node_modules/@architect/shared/.arc"].map((name) => ({
    name,
    contents: { kind: "copy", path, isExecutable: false },
  }));
}
