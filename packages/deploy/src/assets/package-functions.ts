import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { BuiltFunction } from "@arclet/build";
import type { LambdaFunction } from "@arclet/manifest";
import type { AwsClients } from "../aws-clients.ts";
import { DeployError } from "../errors.ts";
import { forEachConcurrently } from "../for-each-concurrently.ts";
import type { DeployReporter } from "../reporter.ts";
import { putIfMissing, type ArtifactBucket } from "./artifact-bucket.ts";
import { checkNativeModules } from "./native-modules.ts";

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
  readonly unzippedBytes: number;
  /** As Lambda tells it of the code it runs: SHA-256 of the archive in base64. */
  readonly codeSha256: string;
}

/** Uploads at a time. */
const concurrentUploads = 8;

/**
 * Of the unzipped code, layers included. The 50 MB for archives do not apply to those that Lambda
 * takes from S3 (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 */
const unzippedLimit = 250 * 1024 * 1024;

/**
 * Zips the build folders, for a stack's part of the bucket.
 * @throws DeployError `ERR_PACKAGE_TOO_LARGE`, `ERR_NATIVE_MODULE`
 */
export async function packageFunctions(
  functions: readonly LambdaFunction[],
  built: readonly BuiltFunction[],
  zip: ZipDirectory,
  stackName: string,
  reporter: DeployReporter,
): Promise<readonly FunctionPackage[]> {
  const architectures = new Map(functions.map(({ id, config }) => [id, config.architecture]));
  const packages: FunctionPackage[] = [];
  // One after the other: each archive is held in memory, and deflate uses a core anyway.
  for (const { functionId, directory, handler } of built) {
    const { names, unzippedBytes } = await filesOf(directory);
    if (unzippedBytes > unzippedLimit)
      throw new DeployError(
        "ERR_PACKAGE_TOO_LARGE",
        `${functionId} holds ${Math.ceil(unzippedBytes / 1024 / 1024)} MB, and Lambda takes 250 MB unzipped`,
        { hints: ["Leave out what it does not read, or move it to a layer or to S3."] },
      );
    const architecture = architectures.get(functionId) ?? "arm64";
    await checkNativeModules(functionId, architecture, directory, names);
    const { bytes, hash } = await zip(directory);
    packages.push({
      functionId,
      handler,
      key: `${stackName}/functions/${hash}.zip`,
      bytes,
      unzippedBytes,
      codeSha256: createHash("sha256").update(bytes).digest("base64"),
    });
    reporter.report({ type: "packaged", functionId, zipBytes: bytes.byteLength, unzippedBytes });
  }
  return packages;
}

/** Uploads the archives that are not in the bucket yet. Gives how many. */
export async function uploadPackages(
  clients: AwsClients,
  bucket: ArtifactBucket,
  packages: readonly FunctionPackage[],
  reporter: DeployReporter,
): Promise<number> {
  const s3 = await clients.s3();
  let uploaded = 0;
  const distinct = new Map(packages.map((one) => [one.key, one])).values();
  await forEachConcurrently(distinct, concurrentUploads, async ({ functionId, key, bytes }) => {
    if (await putIfMissing(s3, bucket, key, bytes)) {
      uploaded += 1;
      reporter.report({ type: "uploaded", what: functionId, bytes: bytes.byteLength });
    } else reporter.report({ type: "up-to-date", what: functionId });
  });
  return uploaded;
}

async function filesOf(
  directory: string,
): Promise<{ readonly names: readonly string[]; readonly unzippedBytes: number }> {
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
