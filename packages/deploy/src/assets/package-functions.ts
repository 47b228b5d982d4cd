import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BuiltFunction } from "@arclet/build";
import { DeployError } from "../errors.ts";

/** Reproducible archive of a folder: the same files give the same bytes and hash. */
export type ZipDirectory = (
  directory: string,
) => Promise<{ readonly bytes: Uint8Array; readonly hash: string }>;

export interface FunctionPackage {
  readonly functionId: string;
  readonly handler: string;
  /** Content-addressed: unchanged code has a key that is already in the bucket. */
  readonly key: string;
  readonly bytes: Uint8Array;
  /** As Lambda tells it of the code it runs: SHA-256 of the archive in base64. */
  readonly codeSha256: string;
}

/**
 * Of the unzipped code, layers included. The 50 MB for archives do not apply to those that Lambda
 * takes from S3 (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 */
export const unzippedLimit: number = 250 * 1024 * 1024;

/**
 * Zips the build folders, for a stack's part of the bucket.
 * @throws DeployError `ERR_PACKAGE_TOO_LARGE`
 */
export async function packageFunctions(
  built: readonly BuiltFunction[],
  zip: ZipDirectory,
  stackName: string,
): Promise<readonly FunctionPackage[]> {
  const packages: FunctionPackage[] = [];
  // One after the other: each archive is held in memory, and deflate uses a core anyway.
  for (const { functionId, directory, handler } of built) {
    const size = await directorySize(directory);
    if (size > unzippedLimit)
      throw new DeployError(
        "ERR_PACKAGE_TOO_LARGE",
        `${functionId} holds ${Math.ceil(size / 1024 / 1024)} MB, and Lambda takes 250 MB unzipped`,
        { hints: ["Leave out what it does not read, or move it to a layer or to S3."] },
      );
    const { bytes, hash } = await zip(directory);
    packages.push({
      functionId,
      handler,
      key: `${stackName}/functions/${hash}.zip`,
      bytes,
      codeSha256: createHash("sha256").update(bytes).digest("base64"),
    });
  }
  return packages;
}

async function directorySize(directory: string): Promise<number> {
  let total = 0;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) total += (await stat(join(entry.parentPath, entry.name))).size;
  return total;
}
