import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { BuiltFunction } from "../built-function.ts";
import { FileStamps } from "../cache/file-stamps.ts";
import { readKept, writeKept } from "../cache/kept-file.ts";
import { toolStamp } from "../cache/tool-stamp.ts";
import { zipDirectory } from "./zip.ts";

/** What goes into an archive. */
export interface FolderContents {
  /** Relative to the build folder, with `/`. */
  readonly names: readonly string[];
  readonly unzippedBytes: number;
}

/** A function's archive, as Lambda takes it. */
export interface Archive {
  /** Hex SHA-256 of its bytes. */
  readonly hash: string;
  readonly byteLength: number;
  read(): Promise<Uint8Array>;
}

/** Makes archives of build folders. Equal folders give equal bytes, and are zipped once. */
export interface Archiver {
  contents(built: BuiltFunction): Promise<FolderContents>;
  archive(built: BuiltFunction): Promise<Archive>;
  /** Keeps what later runs need not do again. */
  close(): Promise<void>;
}

export interface ArchiverOptions {
  /** Absolute folder that keeps archives for later runs. @default none */
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

async function contentsOf({ directory }: BuiltFunction): Promise<FolderContents> {
  const names: string[] = [];
  let unzippedBytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    names.push(relative(directory, path).replaceAll("\\", "/"));
    unzippedBytes += (await stat(path)).size;
  }
  return { names, unzippedBytes };
}

interface KeptArchive extends FolderContents {
  /** Of the build folder that it was made of. */
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

/** Keeps a file for each function below `archives/`, and what it was made of in `archives.json`. */
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

  async contents(built: BuiltFunction): Promise<FolderContents> {
    const kept = this.#find(built) ?? this.#contents.get(built);
    if (kept !== undefined) return kept;
    const contents = await contentsOf(built);
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
      const contents = await this.contents(built);
      this.#made[built.functionId] = {
        ...contents,
        folderHash: built.hash,
        hash,
        byteLength,
        stamp,
      };
      // An app's archives need not all be in memory.
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
