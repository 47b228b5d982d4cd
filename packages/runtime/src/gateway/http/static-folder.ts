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
  /** null: it is too large to be kept, and is read as it is sent. */
  readonly bytes: Buffer | null;
}

interface KeptFile {
  readonly stamp: string;
  readonly file: FolderFile;
}

/** Bytes of a file that is kept in memory; larger ones are streamed. */
const keptFileBytes = 4 * 1024 * 1024;
/** Bytes of all files that are kept; the ones that were read first go first. */
const keptBytes = 64 * 1024 * 1024;

/**
 * Files of a folder, kept in memory. Each request compares the file's identity, size and times, which
 * costs one `stat`: a save is seen by the very next request, with no watcher to wait for or to lose.
 */
export class StaticFolder implements FileStore<FolderFile> {
  readonly #folder: string;
  readonly #transform: ((html: Buffer) => Buffer) | null;
  readonly #kept = new Map<string, KeptFile>();
  #bytes = 0;

  /** @param transform Changes pages before they are kept. */
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
    // What is being written right now is read again by the next request.
    const after = await statOf(path);
    if (after !== null && stampOf(after) === stamp) this.#keep(name, { stamp, file });
    return file;
  }

  /** Follows symbolic links: none may lead out of the folder. */
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
      // As S3 makes it, so that a browser finds the same file locally and deployed.
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
    // Not there, or not to be read: no file for the caller either way.
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
