import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import {
  askedEachTime,
  contentTypeOf,
  encodings,
  isText,
  isVariantOf,
  variantName,
  type Encoding,
  type FileStore,
  type StaticFile,
} from "@arclet/static";

/** A file of a folder. */
export interface FolderFile extends StaticFile {
  /** Absolute. */
  readonly path: string;
  /** null if it is too large for the cache, and is streamed. */
  readonly bytes: Buffer | null;
}

interface KeptFile {
  readonly stamp: string;
  readonly file: FolderFile;
}

/** Largest file in bytes that is cached; larger ones are streamed. */
const keptFileBytes = 4 * 1024 * 1024;
/** Most bytes of all cached files; the oldest are evicted first. */
const keptBytes = 64 * 1024 * 1024;

/**
 * Files of a folder, kept in memory. Each request compares the file's inode, size and times, which
 * costs one `stat`: the next request sees a save, without depending on a watcher.
 */
export class StaticFolder implements FileStore<FolderFile> {
  readonly #folder: string;
  readonly #transform: ((html: Buffer) => Buffer) | null;
  readonly #kept = new Map<string, KeptFile>();
  #bytes = 0;

  /** @param transform changes pages before they are cached */
  constructor(folder: string, transform: ((html: Buffer) => Buffer) | null = null) {
    this.#folder = folder;
    this.#transform = transform;
  }

  async find(name: string): Promise<FolderFile | null> {
    const path = join(this.#folder, name);
    const found = await statOf(path);
    const kept = this.#kept.get(name);
    if (found === null || !found.isFile()) {
      if (kept !== undefined) this.#forget(name, kept);
      return null;
    }
    const stamp = stampOf(found);
    if (kept?.stamp === stamp) return kept.file;
    if (kept !== undefined) this.#forget(name, kept);
    if (!(await this.#isInside(path))) return null;
    if (found.size > keptFileBytes) return streamedFile(name, path, found);
    const file = await this.#read(name, path, found);
    // The file is still changing: read it again at the next request.
    const after = await statOf(path);
    if (after !== null && stampOf(after) === stamp) this.#keep(name, { stamp, file });
    return file;
  }

  /** Resolves symbolic links, which must not lead out of the folder. */
  async #isInside(path: string): Promise<boolean> {
    const [folder, file] = await Promise.all([realpathOf(this.#folder), realpathOf(path)]);
    return folder !== null && file !== null && file.startsWith(folder + sep);
  }

  async #read(name: string, path: string, found: Stats): Promise<FolderFile> {
    const contentType = contentTypeOf(name);
    const read = await readFile(path);
    const isPage = contentType.startsWith("text/html");
    const bytes = isPage && this.#transform !== null ? this.#transform(read) : read;
    return {
      path,
      bytes,
      size: bytes.byteLength,
      // An ETag as S3 computes it, so that browsers see the same file locally and deployed.
      etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
      modifiedAt: found.mtimeMs,
      contentType,
      cacheControl: askedEachTime,
      encoding: null,
      variants: isText(contentType) ? await variantsOf(path, bytes) : [],
    };
  }

  #keep(name: string, kept: KeptFile): void {
    this.#kept.set(name, kept);
    this.#bytes += kept.file.size;
    for (const [oldest, file] of this.#kept) {
      if (this.#bytes <= keptBytes) return;
      this.#forget(oldest, file);
    }
  }

  #forget(name: string, { file }: KeptFile): void {
    if (this.#kept.delete(name)) this.#bytes -= file.size;
  }
}

function streamedFile(name: string, path: string, { size, mtimeMs }: Stats): FolderFile {
  return {
    path,
    bytes: null,
    size,
    etag: `W/"${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}"`,
    modifiedAt: mtimeMs,
    contentType: contentTypeOf(name),
    cacheControl: askedEachTime,
    encoding: null,
    variants: [],
  };
}

async function variantsOf(path: string, bytes: Buffer): Promise<readonly Encoding[]> {
  const found = await Promise.all(
    encodings.map(async (encoding) => {
      const variant = await readFile(variantName(path, encoding)).catch(() => null);
      return variant !== null && isVariantOf(bytes, variant, encoding) ? [encoding] : [];
    }),
  );
  return found.flat();
}

function stampOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

async function statOf(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch {
    // Missing or unreadable files are treated alike.
    return null;
  }
}

async function realpathOf(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch {
    return null; // As above.
  }
}
