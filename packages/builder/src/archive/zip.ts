import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Zippable } from "fflate";
import { listFiles } from "../copy/list-files.ts";

export interface ZippedFolder {
  readonly bytes: Uint8Array;
  /** Hex SHA-256 of `bytes`. */
  readonly hash: string;
  /** Bytes of the files themselves. */
  readonly unzippedBytes: number;
}

/** Zip keeps local times without a zone: these fields are the same in every zone. The format begins in 1980. */
const fixedTime = new Date(1980, 0, 1, 0, 0, 0);
/** Made on Unix: whoever unpacks it takes the modes over. */
const unix = 3;
const regularFile = 0o100_000;

/**
 * Zips a folder so that equal folders give equal bytes, wherever and whenever: names are sorted, times
 * fixed, modes 0644 or 0755, and only files are entries.
 */
export async function zipDirectory(directory: string): Promise<ZippedFolder> {
  const listed = await listFiles(directory, () => true);
  const files = listed.files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const contents = await Promise.all(files.map(({ path }) => readFile(path)));
  const entries: Zippable = {};
  let unzippedBytes = 0;
  for (const [index, { name, isExecutable }] of files.entries()) {
    const content = contents[index] ?? new Uint8Array();
    unzippedBytes += content.byteLength;
    const mode = regularFile | (isExecutable ? 0o755 : 0o644);
    entries[name] = [content, { level: 9, mtime: fixedTime, os: unix, attrs: (mode << 16) >>> 0 }];
  }
  const { zipSync } = await import("fflate");
  const bytes = zipSync(entries);
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex"), unzippedBytes };
}
