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

/** Zip stores local times without a zone, so these fields are the same in every zone. The format starts in 1980. */
const fixedTime = new Date(1980, 0, 1, 0, 0, 0);
/** Created on Unix, so that file modes are restored. */
const unix = 3;
const regularFile = 0o100_000;

/**
 * Zips a folder reproducibly: names are sorted, times fixed, modes are 0644 or 0755, and only files are
 * entries.
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
