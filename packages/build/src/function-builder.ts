import { realpath } from "node:fs/promises";
import { extname, join, relative, resolve } from "node:path";
import type { ProjectFunction } from "@arclet/manifest";
import { helpersAmong, readsManifest } from "./architect-helpers.ts";
import type { BuildOptions, BuildResult } from "./build-function.ts";
import { writeBuildFolder, type FolderFile } from "./build-folder.ts";
import { BuildRecords, type MadeBuild } from "./build-records.ts";
import type { BuiltFunction } from "./built-function.ts";
import { FunctionBundler } from "./bundle-function.ts";
import { filesBesideBundle, filesOfFolder } from "./copied-files.ts";
import { BuildError, systemErrorCode } from "./errors.ts";
import { FileHashes } from "./file-hashes.ts";
import { findHandler, type FoundHandler } from "./find-handler.ts";
import type { ListedFile } from "./list-files.ts";
import { declaredFormat, readPackageFacts, type ModuleFormat } from "./module-format.ts";
import { filesOfPackages, importedPackages } from "./shipped-packages.ts";
import { syntaxFormat } from "./syntax-format.ts";
import { toFolderFile, traceFiles } from "./traced-files.ts";

type FoundNodeHandler = Extract<FoundHandler, { kind: "node" }>;
type FoundOtherHandler = Extract<FoundHandler, { kind: "other" }>;

/** What is kept of a function between its builds. */
interface Slot {
  readonly bundler: FunctionBundler;
  /** Of the last good build. */
  inputs: readonly string[];
  /** The newest build asked for; builds of one function follow each other. */
  latest: Promise<unknown>;
  /** Whether it was built, or found built, in this run: its sources are known to have changed since. */
  isKnown: boolean;
}

/** The paths of one build. */
interface Place {
  /** Project folder, without symbolic links. */
  readonly root: string;
  /** Source folder, without symbolic links. */
  readonly source: string;
  /** Build folder. */
  readonly directory: string;
}

/** Builds functions again and again: what did not change is neither parsed nor written again. */
export interface FunctionBuilder extends AsyncDisposable {
  /**
   * Builds a function. Functions build side by side; builds of the same one, one after the other.
   *
   * @throws BuildError when the build folder cannot be written.
   */
  build(declared: ProjectFunction): Promise<BuildResult>;
  /** Starts the bundler ahead of the first build that needs it. */
  prepare(): Promise<void>;
  /** Lets go of a function that is no longer in the app. Its build folder stays. */
  forget(functionId: string): Promise<void>;
  /** Waits for running builds and frees everything. */
  close(): Promise<void>;
}

export function createFunctionBuilder(options: BuildOptions): FunctionBuilder {
  return new EsbuildFunctionBuilder(options);
}

class EsbuildFunctionBuilder implements FunctionBuilder {
  readonly #root: string;
  readonly #outDirectory: string;
  readonly #alias: { readonly [specifier: string]: string };
  readonly #manifestFile: string | null;
  readonly #keepsOlderAwsSdk: boolean;
  readonly #minify: boolean;
  readonly #records: BuildRecords | null;
  readonly #keeping = new Set<Promise<void>>();
  readonly #slots = new Map<string, Slot>();
  readonly #hashes = new FileHashes();
  #isClosed = false;

  constructor(options: BuildOptions) {
    this.#root = resolve(options.root);
    this.#outDirectory = resolve(options.outDirectory ?? join(this.#root, ".arclet", "build"));
    this.#alias = options.alias ?? {};
    this.#manifestFile = options.manifestFile ?? null;
    this.#keepsOlderAwsSdk = options.keepsOlderAwsSdk ?? false;
    this.#minify = options.minify ?? false;
    this.#records =
      options.cacheDirectory === undefined ? null : new BuildRecords(options.cacheDirectory);
  }

  build(declared: ProjectFunction): Promise<BuildResult> {
    if (this.#isClosed) {
      return Promise.reject(new BuildError("ERR_BUILDER_CLOSED", "the builder was closed"));
    }
    let slot = this.#slots.get(declared.id);
    if (slot === undefined) {
      slot = {
        bundler: new FunctionBundler(),
        inputs: [],
        latest: Promise.resolve(),
        isKnown: false,
      };
      this.#slots.set(declared.id, slot);
    }
    const current = slot;
    const run = (): Promise<BuildResult> => this.#build(declared, current);
    const building = slot.latest.then(run, run);
    slot.latest = building;
    return building;
  }

  async prepare(): Promise<void> {
    await FunctionBundler.prepare();
  }

  async forget(functionId: string): Promise<void> {
    const slot = this.#slots.get(functionId);
    this.#slots.delete(functionId);
    if (slot !== undefined) await closeSlot(slot);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    await Promise.all(slots.map(closeSlot));
    await Promise.all(this.#keeping);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #build(declared: ProjectFunction, slot: Slot): Promise<BuildResult> {
    const kept = slot.isKnown ? null : this.#records?.find(declared.id, this.#requestFor(declared));
    slot.isKnown = true;
    if (kept) {
      slot.inputs = kept.built.inputs;
      return { ok: true, ...kept };
    }
    const found = await findHandler(declared, this.#root);
    if (found.kind === "missing") {
      return { ok: false, diagnostics: [found.diagnostic], inputs: slot.inputs };
    }
    const place: Place = {
      root: await realpath(this.#root),
      source: await realpath(declared.directory),
      directory: join(this.#outDirectory, ...declared.id.split("/")),
    };
    try {
      const result = await this.#make(declared, slot, place, found);
      if (result.ok) slot.inputs = result.built.inputs;
      return result;
    } catch (error) {
      throw explain(error, declared);
    }
  }

  #make(
    declared: ProjectFunction,
    slot: Slot,
    place: Place,
    found: FoundNodeHandler | FoundOtherHandler,
  ): Promise<BuildResult> {
    if (found.kind === "other") return this.#copyOther(declared, place, found);
    if (declared.config.bundle) return this.#bundle(declared, slot, place, found);
    return this.#copyNode(declared, slot, place, found);
  }

  async #bundle(
    declared: ProjectFunction,
    slot: Slot,
    place: Place,
    found: FoundNodeHandler,
  ): Promise<BuildResult> {
    const startedAt = Date.now();
    const own = await readPackageFacts(place.source);
    const result = await slot.bundler.bundle({
      root: place.root,
      entry: await realpath(found.file),
      directory: this.#realOutput(place),
      runtime: declared.config.runtime,
      dependencies: own?.dependencies ?? new Set(),
      alias: this.#alias,
      keepsOlderAwsSdk: this.#keepsOlderAwsSdk,
      minify: this.#minify,
    });
    if (!result.ok) return { ...result, inputs: slot.inputs };
    const { files, format, inputs, nativeImports } = result.bundle;
    const packages = await filesOfPackages(await importedPackages(nativeImports), null);
    const made = new Set(files.map(({ name }) => name));
    const beside = await filesBesideBundle(place.source, new Set(inputs));
    const copied = beside.files.filter(({ name }) => !made.has(name));
    const last = format === "esm" ? "index.mjs" : "index.cjs";
    const manifest = await this.#manifestFor(inputs);
    const { hash, paths } = await writeBuildFolder(
      place.directory,
      [
        ...files.map(({ name, bytes }): FolderFile => ({
          name,
          contents: { kind: "bytes", bytes },
        })),
        ...copied.map(toFolderFile),
        ...packages.map(toFolderFile),
        ...manifest,
        ...(await packageTypeFile(copied, found.file)),
      ],
      last,
      this.#hashes,
    );
    const built = {
      functionId: declared.id,
      directory: place.directory,
      sourceDirectory: manifest.length > 0 ? place.directory : declared.directory,
      handler: `index.${found.exportPath}`,
      entry: join(place.directory, last),
      format,
      hash,
      inputs: [
        ...[...inputs, ...copied.map(({ path }) => path)].map((path) => this.#given(path, place)),
        ...(manifest.length > 0 && this.#manifestFile !== null ? [this.#manifestFile] : []),
      ],
    } satisfies BuiltFunction;
    const { diagnostics } = result;
    // What native packages ship is not among the inputs.
    if (packages.length === 0) {
      this.#keep(declared, {
        built,
        diagnostics,
        startedAt,
        root: place.root,
        inputs: [...inputs, ...built.inputs],
        folders: [declared.directory, ...beside.folders],
        outputs: paths,
      });
    }
    return { ok: true, built, diagnostics };
  }

  /** All that decides what comes out, besides the files. */
  #requestFor({ id, directory, config }: ProjectFunction): string {
    return JSON.stringify([
      { id, directory, config },
      this.#root,
      this.#outDirectory,
      this.#alias,
      this.#manifestFile,
      this.#keepsOlderAwsSdk,
      this.#minify,
      // Where esbuild looks for packages besides.
      process.env["NODE_PATH"] ?? "",
    ]);
  }

  /** Beside what comes next: nobody waits for a record, but `close()`. */
  #keep(declared: ProjectFunction, made: MadeBuild): void {
    const keeping = this.#records?.keep(declared.id, this.#requestFor(declared), made);
    if (keeping === undefined) return;
    const tracked = keeping.finally(() => this.#keeping.delete(tracked));
    this.#keeping.add(tracked);
  }

  /** The manifest, for helpers that look for it; nothing for all others. */
  async #manifestFor(inputs: readonly string[]): Promise<readonly FolderFile[]> {
    const path = this.#manifestFile;
    if (path === null || !(await helpersAmong(inputs)).some(readsManifest)) return [];
    return [".arc", "node_modules/@architect/shared/.arc"].map((name) => ({
      name,
      contents: { kind: "copy", path, isExecutable: false },
    }));
  }

  async #copyNode(
    declared: ProjectFunction,
    slot: Slot,
    place: Place,
    found: FoundNodeHandler,
  ): Promise<BuildResult> {
    const extension = extname(found.file);
    if (![".js", ".mjs", ".cjs"].includes(extension)) {
      const file = relative(this.#root, found.file).replaceAll("\\", "/");
      return {
        ok: false,
        diagnostics: [
          {
            severity: "error",
            code: "handler-not-javascript",
            text: `${file} has to be bundled: Node.js does not run ${extension} files`,
            location: declared.origin,
            notes: [
              { text: "remove `bundle false` from the function's config.arc", location: null },
            ],
          },
        ],
        inputs: slot.inputs,
      };
    }
    const format = (await declaredFormat(found.file)) ?? (await syntaxFormat(found.file));
    const name = relative(declared.directory, found.file).replaceAll("\\", "/");
    const traced = await traceFiles(place.source, join(place.source, name), this.#alias);
    const [stray] = traced.strays;
    if (stray !== undefined) {
      return {
        ok: false,
        diagnostics: [
          {
            severity: "error",
            code: "import-unresolved",
            text: `"${declared.id}" imports ${stray}, which is outside of its folder: \`bundle false\` ships the folder alone`,
            location: declared.origin,
            notes: [
              { text: "import it from @architect/shared, or let it be bundled", location: null },
            ],
          },
        ],
        inputs: slot.inputs,
      };
    }
    const { handler } = declared.config;
    return this.#copy(declared, place, { name, handler, format }, traced.files);
  }

  #copyOther(
    declared: ProjectFunction,
    place: Place,
    found: FoundOtherHandler,
  ): Promise<BuildResult> {
    const name = relative(declared.directory, found.file).replaceAll("\\", "/");
    return this.#copy(declared, place, { name, handler: found.handler, format: "cjs" });
  }

  async #copy(
    declared: ProjectFunction,
    place: Place,
    entry: { readonly name: string; readonly handler: string; readonly format: ModuleFormat },
    traced: readonly FolderFile[] = [],
  ): Promise<BuildResult> {
    const copied = await filesOfFolder(place.source);
    const own = new Set(copied.map(({ name }) => name));
    const entryPath = join(place.source, entry.name);
    const { hash } = await writeBuildFolder(
      place.directory,
      [
        ...copied.map(toFolderFile),
        ...traced.filter(({ name }) => !own.has(name)),
        ...(await packageTypeFile(copied, entryPath)),
      ],
      entry.name,
      this.#hashes,
    );
    const built = {
      functionId: declared.id,
      directory: place.directory,
      sourceDirectory: declared.directory,
      handler: entry.handler,
      entry: join(place.directory, entry.name),
      format: entry.format,
      hash,
      inputs: copied.map(({ path }) => this.#given(path, place)),
    } satisfies BuiltFunction;
    return { ok: true, built, diagnostics: [] };
  }

  /** The build folder as seen from the real project folder, so that source maps lead back from it. */
  #realOutput(place: Place): string {
    const name = relative(this.#root, place.directory);
    return name.startsWith("..") ? place.directory : resolve(place.root, name);
  }

  /** A real path as the caller knows it: below the project folder it gave. */
  #given(path: string, place: Place): string {
    const name = relative(place.root, path);
    return name.startsWith("..") ? path : resolve(this.#root, name);
  }
}

async function closeSlot(slot: Slot): Promise<void> {
  // A failed build was reported to whoever asked for it.
  await slot.latest.catch(() => null);
  await slot.bundler.close();
}

/**
 * Modules copied from a project whose `package.json` makes `.js` ES modules: the project's file is not
 * shipped, so the build folder says it itself.
 */
async function packageTypeFile(
  copied: readonly ListedFile[],
  handlerFile: string,
): Promise<readonly FolderFile[]> {
  const hasScripts = copied.some(({ name }) => name.endsWith(".js"));
  const hasPackage = copied.some(({ name }) => name === "package.json");
  if (!hasScripts || hasPackage) return [];
  // Of a neighbour with the extension whose meaning depends on `type`.
  const neighbour = join(handlerFile, "..", "module.js");
  if ((await declaredFormat(neighbour)) !== "esm") return [];
  const bytes = Buffer.from('{ "type": "module" }\n');
  return [{ name: "package.json", contents: { kind: "bytes", bytes } }];
}

function explain(error: unknown, declared: ProjectFunction): unknown {
  const code = systemErrorCode(error);
  if (error instanceof BuildError || (code !== "EACCES" && code !== "EPERM")) return error;
  return new BuildError(
    "ERR_SOURCE_UNREADABLE",
    `the folder of ${declared.id} may not be read: ${declared.directory}`,
    { cause: error },
  );
}
