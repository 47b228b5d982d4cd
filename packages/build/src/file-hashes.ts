import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

/** A file changed more recently than this may change again within the same tick of the file system's clock. */
const settledAfterMs = 100;
const readWholeBelowBytes = 1 << 20;

interface KnownHash {
  readonly stamp: string;
  readonly hash: string;
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Hashes of files on disk, kept as long as the files' times, sizes and inodes stay. */
export class FileHashes {
  readonly #known = new Map<string, KnownHash>();

  /** Hex SHA-256. Rejects as `stat` does when there is no such file. */
  async of(path: string): Promise<string> {
    const found = await stat(path, { bigint: true });
    const stamp = `${found.mtimeNs} ${found.ctimeNs} ${found.size} ${found.ino}`;
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.hash;
    const hash =
      found.size < readWholeBelowBytes ? hashBytes(await readFile(path)) : await hashStream(path);
    if (Date.now() - Number(found.ctimeMs) > settledAfterMs) this.#known.set(path, { stamp, hash });
    else this.#known.delete(path);
    return hash;
  }
}

async function hashStream(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
