import { extname, join, relative } from "node:path";
import type { DiagnosticNote, ProjectFunction } from "@arclet/manifest";
import { writeBuildFolder, type FolderFile } from "../build-folder.ts";
import { nothingMissing, type BuildResult, type BuiltFunction } from "../built-function.ts";
import { givenPath, type BuildPlace } from "../build-place.ts";
import { filesOfFolder } from "./copied-files.ts";
import type { FileHashes } from "../file-hashes.ts";
import type { FoundHandler } from "../find-handler.ts";
import { declaredFormat, type ModuleFormat } from "../module-format.ts";
import { packageTypeFile } from "./package-type-file.ts";
import { syntaxFormat } from "../esbuild/syntax-format.ts";
import { toFolderFile, traceFiles } from "./traced-files.ts";

interface Entry {
  /** Relative to the folder, with `/`. */
  readonly name: string;
  readonly handler: string;
  readonly format: ModuleFormat;
}

/** Copies the folder of a function that is not bundled, with the packages it imports from folders above. */
export async function copyNodeFolder(
  declared: ProjectFunction,
  place: BuildPlace,
  found: Extract<FoundHandler, { kind: "node" }>,
  alias: { readonly [specifier: string]: string },
  hashes: FileHashes,
): Promise<BuildResult> {
  const extension = extname(found.file);
  if (![".js", ".mjs", ".cjs"].includes(extension)) {
    const file = relative(place.givenRoot, found.file).replaceAll("\\", "/");
    return refused(
      declared,
      "handler-not-javascript",
      `${file} must be bundled, because Node.js cannot run ${extension} files`,
      { text: "remove `bundle false` from the function's config.arc", location: null },
    );
  }
  const format = (await declaredFormat(found.file)) ?? (await syntaxFormat(found.file));
  const name = relative(declared.directory, found.file).replaceAll("\\", "/");
  const traced = await traceFiles(place.source, join(place.source, name), alias);
  const [stray] = traced.strays;
  if (stray !== undefined) {
    return refused(
      declared,
      "import-unresolved",
      `"${declared.id}" imports ${stray}, which is outside its folder: with \`bundle false\` only the folder is shipped`,
      { text: "import it from @architect/shared, or remove `bundle false`", location: null },
    );
  }
  const { handler } = declared.config;
  return copyFolder(declared, place, { name, handler, format }, traced.files, hashes);
}

/** Copies the folder of a function whose runtime is not Node.js. */
export function copyOtherFolder(
  declared: ProjectFunction,
  place: BuildPlace,
  { file, handler }: Extract<FoundHandler, { kind: "other" }>,
  hashes: FileHashes,
): Promise<BuildResult> {
  const name = relative(declared.directory, file).replaceAll("\\", "/");
  return copyFolder(declared, place, { name, handler, format: "cjs" }, [], hashes);
}

async function copyFolder(
  declared: ProjectFunction,
  place: BuildPlace,
  entry: Entry,
  traced: readonly FolderFile[],
  hashes: FileHashes,
): Promise<BuildResult> {
  const copied = await filesOfFolder(place.source);
  const own = new Set(copied.map(({ name }) => name));
  const entryPath = join(place.source, entry.name);
  const { hash } = await writeBuildFolder(
    place.outFolder,
    [
      ...copied.map(toFolderFile),
      ...traced.filter(({ name }) => !own.has(name)),
      ...(await packageTypeFile(copied, entryPath)),
    ],
    entry.name,
    hashes,
  );
  const built = {
    functionId: declared.id,
    directory: place.outFolder,
    sourceDirectory: declared.directory,
    handler: entry.handler,
    entry: join(place.outFolder, entry.name),
    format: entry.format,
    hash,
    inputs: [...copied.map(({ path }) => path), ...projectFiles(traced)].map((path) =>
      givenPath(path, place),
    ),
  } satisfies BuiltFunction;
  return { ok: true, built, diagnostics: [] };
}

/** Traced files that users edit: those of shared folders, not of packages. */
function projectFiles(traced: readonly FolderFile[]): readonly string[] {
  return traced.flatMap(({ contents }) =>
    contents.kind === "copy" && !/[\\/]node_modules[\\/]/.test(contents.path)
      ? [contents.path]
      : [],
  );
}

function refused(
  declared: ProjectFunction,
  code: string,
  text: string,
  note: DiagnosticNote,
): BuildResult {
  const { origin: location } = declared;
  return {
    ok: false,
    diagnostics: [{ severity: "error", code, text, location, notes: [note] }],
    inputs: [],
    missing: nothingMissing,
  };
}
