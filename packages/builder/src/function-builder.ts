import { startCompiler } from "./esbuild/load-esbuild.ts";
import { join, resolve } from "node:path";
import { systemErrorCode, type ProjectFunction } from "@arclet/manifest";
import { nothingMissing, type BuildResult } from "./built-function.ts";
import type { BuildOptions } from "./build-options.ts";
import { findPlace, givenPath } from "./build-place.ts";
import {
  FunctionBundler,
  type BundleRequest,
  type BundleResult,
} from "./bundle/bundle-function.ts";
import { BundleRound, type Participant } from "./bundle/bundle-round.ts";
import { bundleFolder } from "./bundle/bundle-folder.ts";
import type { BundlingSettings } from "./bundle/bundling-settings.ts";
import { BuildRecords } from "./cache/build-records.ts";
import { copyNodeFolder, copyOtherFolder } from "./copy/copy-folder.ts";
import { BuildError } from "./errors.ts";
import { FileHashes } from "./file-hashes.ts";
import { findHandler, type FoundHandler } from "./find-handler.ts";
import { freeFolder, removeUnused } from "./version-folders.ts";

/** State of a function between builds. */
interface Slot {
  readonly bundler: FunctionBundler;
  /** Of the last good build. */
  inputs: readonly string[];
  /** The newest requested build; builds of one function run in sequence. */
  latest: Promise<unknown>;
  /** Build folder of the last good build, which may be about to run. */
  folder: string | null;
  /** Whether it has been built or found in the cache in this run. Later builds are because of changes. */
  isKnown: boolean;
}

/** Builds functions repeatedly. Unchanged files are not parsed or written again. */
export interface FunctionBuilder extends AsyncDisposable {
  /**
   * Builds a function. Different functions build in parallel, builds of the same function in sequence.
   *
   * @throws BuildError when the build folder cannot be written.
   */
  build(declared: ProjectFunction): Promise<BuildResult>;
  /** Starts the bundler before the first build that needs it. */
  prepare(): Promise<void>;
  /** Releases a function that was removed from the app. Its build folder stays. */
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
  readonly #settings: BundlingSettings;
  readonly #foldersInUse: (() => ReadonlySet<string>) | null;
  readonly #records: BuildRecords | null;
  readonly #round = new BundleRound();
  readonly #slots = new Map<string, Slot>();
  readonly #hashes = new FileHashes();
  #isClosed = false;

  constructor(options: BuildOptions) {
    this.#root = resolve(options.root);
    this.#outDirectory = resolve(options.outDirectory ?? join(this.#root, ".arclet", "build"));
    this.#settings = {
      alias: options.alias ?? {},
      manifestFile: options.manifestFile ?? null,
      keepsOlderAwsSdk: options.keepsOlderAwsSdk ?? false,
      minify: options.minify ?? false,
      replace: options.replace ?? {},
    };
    this.#foldersInUse = options.foldersInUse ?? null;
    this.#records =
      options.cacheDirectory === undefined ? null : new BuildRecords(options.cacheDirectory);
  }

  build(declared: ProjectFunction): Promise<BuildResult> {
    if (this.#isClosed) {
      return Promise.reject(new BuildError("ERR_BUILDER_CLOSED", "the builder has been closed"));
    }
    let slot = this.#slots.get(declared.id);
    if (slot === undefined) {
      slot = {
        bundler: new FunctionBundler(),
        inputs: [],
        folder: null,
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
    await startCompiler();
  }

  async forget(functionId: string): Promise<void> {
    const slot = this.#slots.get(functionId);
    this.#slots.delete(functionId);
    if (slot !== undefined) await closeSlot(slot);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const slots = [...this.#slots];
    this.#slots.clear();
    await Promise.all(
      slots.map(async ([functionId, slot]) => {
        await closeSlot(slot);
        await this.#removeFormer(this.#directoryOf(functionId), slot);
      }),
    );
    await this.#records?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #build(declared: ProjectFunction, slot: Slot): Promise<BuildResult> {
    const kept = slot.isKnown ? null : this.#findRecord(declared);
    slot.isKnown = true;
    const result = kept ?? (await this.#buildAnew(declared, slot));
    if (!result.ok) return { ...result, inputs: [...new Set([...slot.inputs, ...result.inputs])] };
    slot.inputs = result.built.inputs;
    slot.folder = result.built.directory;
    return result;
  }

  #directoryOf(functionId: string): string {
    return join(this.#outDirectory, ...functionId.split("/"));
  }

  /** Folders that a function may be started from, or soon may be. */
  #usedFolders({ folder }: Slot): ReadonlySet<string> {
    const used = new Set(this.#foldersInUse?.());
    if (folder !== null) used.add(folder);
    return used;
  }

  async #removeFormer(directory: string, slot: Slot): Promise<void> {
    if (this.#foldersInUse !== null) await removeUnused(directory, this.#usedFolders(slot));
  }

  async #buildAnew(declared: ProjectFunction, slot: Slot): Promise<BuildResult> {
    const participant = this.#round.enter();
    try {
      const found = await findHandler(declared, this.#root);
      if (found.kind === "missing") {
        return {
          ok: false,
          diagnostics: [found.diagnostic],
          inputs: [],
          missing: nothingMissing,
        };
      }
      return await this.#make(declared, slot, found, participant);
    } catch (error) {
      throw explain(error, declared);
    } finally {
      participant.leave();
    }
  }

  async #make(
    declared: ProjectFunction,
    slot: Slot,
    found: Exclude<FoundHandler, { kind: "missing" }>,
    participant: Participant,
  ): Promise<BuildResult> {
    const startedAt = Date.now();
    const directory = this.#directoryOf(declared.id);
    await this.#removeFormer(directory, slot);
    const outFolder =
      this.#foldersInUse === null ? directory : freeFolder(directory, this.#usedFolders(slot));
    const place = await findPlace(declared, this.#root, directory, outFolder);
    const hashes = this.#hashes;
    // Copied folders do not use the shared round.
    if (found.kind === "other" || !declared.config.bundle) participant.leave();
    if (found.kind === "other") return copyOtherFolder(declared, place, found, hashes);
    const { alias } = this.#settings;
    if (!declared.config.bundle) return copyNodeFolder(declared, place, found, alias, hashes);
    const bundle = async (request: BundleRequest): Promise<BundleResult> => {
      const shared = await participant.bundle(request);
      if (shared === null) return slot.bundler.bundle(request);
      return { ok: true, bundle: shared, diagnostics: [] };
    };
    const made = await bundleFolder(declared, place, found, bundle, this.#settings, hashes);
    if (!made.ok) {
      const { read, missing } = made.sources;
      return {
        ok: false,
        diagnostics: made.diagnostics,
        inputs: read.map((path) => givenPath(path, place)),
        missing: { ...missing, paths: missing.paths.map((path) => givenPath(path, place)) },
      };
    }
    const { built, diagnostics, sources, folders, outputs } = made;
    if (sources !== null) {
      this.#records?.keep(this.#recordName(declared), {
        built,
        diagnostics,
        request: this.#requestFor(declared),
        startedAt,
        root: place.root,
        inputs: sources,
        folders: [declared.directory, ...folders],
        outputs,
      });
    }
    return { ok: true, built, diagnostics };
  }

  #findRecord(declared: ProjectFunction): BuildResult | null {
    const request = this.#requestFor(declared);
    const kept = this.#records?.find(this.#recordName(declared), request) ?? null;
    return kept === null ? null : { ok: true, ...kept };
  }

  /** Local and deployed builds are cached separately, so that neither evicts the other. */
  #recordName({ id }: ProjectFunction): string {
    return this.#settings.keepsOlderAwsSdk ? `${id} here` : id;
  }

  /** Everything besides the files that determines the output. */
  #requestFor({ id, directory, config }: ProjectFunction): string {
    return JSON.stringify([
      { id, directory, config },
      this.#root,
      this.#outDirectory,
      this.#settings,
      // Additional folders in which esbuild looks for packages.
      process.env["NODE_PATH"] ?? "",
    ]);
  }
}

async function closeSlot(slot: Slot): Promise<void> {
  // The caller has received the failure.
  await slot.latest.catch(() => null);
  await slot.bundler.close();
}

function explain(error: unknown, declared: ProjectFunction): unknown {
  const code = systemErrorCode(error);
  if (error instanceof BuildError || (code !== "EACCES" && code !== "EPERM")) return error;
  return new BuildError(
    "ERR_SOURCE_UNREADABLE",
    `the folder of ${declared.id} cannot be read: allow reading ${declared.directory}`,
    { cause: error },
  );
}
