import type { Archive, Archiver, BuiltFunction } from "@arclet/builder";
import type { FunctionConfig, LambdaFunction } from "@arclet/manifest";
import type { AwsClients } from "../aws/aws-clients.ts";
import { DeployError } from "../errors.ts";
import { forEachConcurrently } from "../aws/for-each-concurrently.ts";
import type { DeployReporter } from "../reporter.ts";
import { putIfMissing, type ArtifactBucket } from "./artifact-bucket.ts";
import { checkNativeModules } from "./native-modules.ts";

type Architecture = FunctionConfig["architecture"];

export interface FunctionPackage {
  readonly functionId: string;
  readonly handler: string;
  /** Key derived from the content, so that unchanged code is already in the bucket. */
  readonly key: string;
  readonly archive: Archive;
  readonly unzippedBytes: number;
  /** SHA-256 of the archive in base64, as Lambda reports it. */
  readonly codeSha256: string;
  /** Whether its code uses rooms or revokes sessions. */
  readonly usesRealtime: boolean;
  /** Whether its code writes or reads sealed sessions. */
  readonly sealsSessions: boolean;
}

/** Texts that identify code that uses rooms, and code that uses sealed sessions. */
const realtimeText = "ARC_REALTIME_TABLE";
const sessionText = "arclet_session";

/** Concurrent archives: while one is compressed, others are read and written. */
const concurrentArchives = 4;
/** Uploads at a time. */
const concurrentUploads = 8;

/**
 * Limit of the unzipped code, including layers. The limit of 50 MB for archives does not apply to those that
 * Lambda reads from S3 (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 */
const unzippedLimit = 250 * 1024 * 1024;

/**
 * Zips the build folders, for a stack's part of the bucket.
 * @throws DeployError `ERR_PACKAGE_TOO_LARGE`, `ERR_NATIVE_MODULE`
 */
export async function packageFunctions(
  functions: readonly LambdaFunction[],
  built: readonly BuiltFunction[],
  archiver: Archiver,
  stackName: string,
  reporter: DeployReporter,
): Promise<readonly FunctionPackage[]> {
  const architectures = new Map(functions.map(({ id, config }) => [id, config.architecture]));
  const packages: FunctionPackage[] = [];
  let reported = 0;
  await forEachConcurrently(built.entries(), concurrentArchives, async ([index, one]) => {
    const architecture = architectures.get(one.functionId) ?? "arm64";
    packages[index] = await packageFunction(one, architecture, archiver, stackName);
    // Report in the manifest's order, each one as soon as those before it.
    for (let next = packages[reported]; next !== undefined; next = packages[++reported]) {
      const { functionId, archive, unzippedBytes } = next;
      const zipBytes = archive.byteLength;
      reporter.report({ type: "packaged", functionId, zipBytes, unzippedBytes });
    }
  });
  return packages;
}

async function packageFunction(
  built: BuiltFunction,
  architecture: Architecture,
  archiver: Archiver,
  stackName: string,
): Promise<FunctionPackage> {
  const { functionId, directory, handler } = built;
  const {
    names: files,
    unzippedBytes,
    mentions,
  } = await archiver.contents(built, [realtimeText, sessionText]);
  if (unzippedBytes > unzippedLimit)
    throw new DeployError(
      "ERR_PACKAGE_TOO_LARGE",
      `${functionId} has ${Math.ceil(unzippedBytes / 1024 / 1024)} MB unzipped, and Lambda allows 250 MB`,
      { hints: ["Remove files it does not read, or move them to a layer or to S3."] },
    );
  await checkNativeModules(functionId, architecture, directory, files);
  const archive = await archiver.archive(built);
  return {
    functionId,
    handler,
    key: `${stackName}/functions/${archive.hash}.zip`,
    archive,
    unzippedBytes,
    codeSha256: Buffer.from(archive.hash, "hex").toString("base64"),
    usesRealtime: mentions[realtimeText] === true,
    sealsSessions: mentions[sessionText] === true,
  };
}

/** Uploads archives that are not in the bucket yet. Returns how many. */
export async function uploadPackages(
  clients: AwsClients,
  bucket: ArtifactBucket,
  packages: readonly FunctionPackage[],
  reporter: DeployReporter,
): Promise<number> {
  const s3 = await clients.s3();
  let uploaded = 0;
  const distinct = new Map(packages.map((one) => [one.key, one])).values();
  await forEachConcurrently(distinct, concurrentUploads, async ({ functionId, key, archive }) => {
    if (await putIfMissing(s3, bucket, key, () => archive.read())) {
      uploaded += 1;
      reporter.report({ type: "uploaded", what: functionId, bytes: archive.byteLength });
    } else reporter.report({ type: "up-to-date", what: functionId });
  });
  return uploaded;
}
