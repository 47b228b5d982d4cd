import { createHash } from "node:crypto";
import { zipSync, type Zippable } from "fflate";
import { listFiles, readFiles } from "./build-folder.ts";

export interface ZippedFolder {
  readonly bytes: Uint8Array;
  /** Hex SHA-256 of the bytes: same files, same hash, on every machine. */
  readonly hash: string;
  /** Bytes of the files themselves. */
  readonly unzippedBytes: number;
}

// The earliest time the format can tell: times would make equal folders differ.
const fixedTime = new Date(1980, 0, 1);
const unix = 3;
const readableByAll = 0o644;

/** Zips a build folder as Lambda takes it. */
export async function zipDirectory(directory: string): Promise<ZippedFolder> {
  const contents = await readFiles(directory, await listFiles(directory));
  const files: Zippable = {};
  let unzippedBytes = 0;
  for (const [name, bytes] of contents) {
    unzippedBytes += bytes.byteLength;
    files[name] = [bytes, { mtime: fixedTime, os: unix, attrs: readableByAll << 16, level: 9 }];
  }
  const bytes = zipSync(files);
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex"), unzippedBytes };
}
