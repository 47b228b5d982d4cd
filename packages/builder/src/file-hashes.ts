import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { isSettled, stampOf } from "./cache/file-stamps.ts";

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
    const stamp = stampOf(found);
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.hash;
    const hash =
      found.size < readWholeBelowBytes ? hashBytes(await readFile(path)) : await hashStream(path);
    if (isSettled(found, Date.now())) this.#known.set(path, { stamp, hash });
    else this.#known.delete(path);
    return hash;
  }
}

async function hashStream(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
