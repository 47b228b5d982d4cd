import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import type { BuiltFunction } from "../built-function.ts";
import { FileStamps } from "../cache/file-stamps.ts";
import { readKept, writeKept } from "../cache/kept-file.ts";
import { toolStamp } from "../cache/tool-stamp.ts";
import { zipDirectory } from "./zip.ts";

/** The contents of an archive. */
export interface FolderContents {
  /** Relative to the build folder, with `/`. */
  readonly names: readonly string[];
  readonly unzippedBytes: number;
  /** For each requested text, whether the code contains it. */
  readonly mentions: Readonly<Record<string, boolean>>;
}

/** A function's archive for Lambda. */
export interface Archive {
  /** Hex SHA-256 of its bytes. */
  readonly hash: string;
  readonly byteLength: number;
  read(): Promise<Uint8Array>;
}

/** Creates archives of build folders. Equal folders give equal bytes, and are zipped only once. */
export interface Archiver {
  /** @param texts What to look for in the code. */
  contents(built: BuiltFunction, texts: readonly string[]): Promise<FolderContents>;
  archive(built: BuiltFunction): Promise<Archive>;
  /** Saves the cache for later runs. */
  close(): Promise<void>;
}

export interface ArchiverOptions {
  /** Absolute path of the folder that caches archives for later runs. @default none */
  readonly cacheDirectory?: string;
}

export function createArchiver({ cacheDirectory }: ArchiverOptions = {}): Archiver {
  if (cacheDirectory !== undefined) return new KeepingArchiver(cacheDirectory);
  return { contents: contentsOf, archive: archiveOf, close: () => Promise.resolve() };
}

async function archiveOf({ directory }: BuiltFunction): Promise<Archive> {
  const { bytes, hash } = await zipDirectory(directory);
  return { hash, byteLength: bytes.byteLength, read: () => Promise.resolve(bytes) };
}

const scripts: ReadonlySet<string> = new Set([".js", ".mjs", ".cjs", ".py", ".rb"]);

async function contentsOf(
  { directory }: BuiltFunction,
  texts: readonly string[],
): Promise<FolderContents> {
  const names: string[] = [];
  let unzippedBytes = 0;
  const mentions = Object.fromEntries(texts.map((text) => [text, false]));
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    names.push(relative(directory, path).replaceAll("\\", "/"));
    const sought = texts.filter((text) => mentions[text] === false);
    if (sought.length === 0 || !scripts.has(extname(entry.name))) {
      unzippedBytes += (await stat(path)).size;
      continue;
    }
    const code = await readFile(path);
    unzippedBytes += code.byteLength;
    for (const text of sought) if (code.includes(text)) mentions[text] = true;
  }
  return { names, unzippedBytes, mentions };
}

interface KeptArchive extends FolderContents {
  /** Hash of the build folder it was made from. */
  readonly folderHash: string;
  readonly hash: string;
  readonly byteLength: number;
  /** Of its file. */
  readonly stamp: string;
}

interface KeptArchives {
  readonly tool: string;
  /** By function: its newest one. */
  readonly archives: Readonly<Record<string, KeptArchive>>;
}

/** Caches one archive per function below `archives/`, and their sources' hashes in `archives.json`. */
class KeepingArchiver implements Archiver {
  readonly #directory: string;
  readonly #index: string;
  readonly #kept: KeptArchives;
  readonly #made: Record<string, KeptArchive> = {};
  readonly #contents = new WeakMap<BuiltFunction, FolderContents>();

  constructor(directory: string) {
    this.#directory = directory;
    this.#index = join(directory, "archives.json");
    const tool = toolStamp();
    const kept = readKept(this.#index, tool) as KeptArchives | null;
    this.#kept = kept ?? { tool, archives: {} };
  }

  async contents(built: BuiltFunction, texts: readonly string[]): Promise<FolderContents> {
    const kept = this.#find(built) ?? this.#contents.get(built);
    if (kept !== undefined && texts.every((text) => Object.hasOwn(kept.mentions, text)))
      return kept;
    const contents = await contentsOf(built, texts);
    this.#contents.set(built, contents);
    return contents;
  }

  async archive(built: BuiltFunction): Promise<Archive> {
    const file = this.#fileOf(built);
    const found = this.#find(built);
    const read = (): Promise<Uint8Array> => readFile(file);
    if (found !== null) return { hash: found.hash, byteLength: found.byteLength, read };
    const archive = await archiveOf(built);
    const { hash, byteLength } = archive;
    if (await writeKept(file, await archive.read())) {
      const stamp = new FileStamps().of(file);
      const contents = await this.contents(built, []);
      this.#made[built.functionId] = {
        ...contents,
        folderHash: built.hash,
        hash,
        byteLength,
        stamp,
      };
      // Release the bytes, so that not all archives are in memory.
      return { hash, byteLength, read };
    }
    return archive;
  }

  async close(): Promise<void> {
    if (Object.keys(this.#made).length === 0) return;
    const { tool, archives } = this.#kept;
    const content: KeptArchives = { tool, archives: { ...archives, ...this.#made } };
    await writeKept(this.#index, JSON.stringify(content));
  }

  #find(built: BuiltFunction): KeptArchive | null {
    const kept = this.#kept.archives[built.functionId];
    if (kept === undefined || kept.folderHash !== built.hash) return null;
    return new FileStamps().of(this.#fileOf(built)) === kept.stamp ? kept : null;
  }

  #fileOf({ functionId }: BuiltFunction): string {
    return join(this.#directory, "archives", `${functionId}.zip`);
  }
}
