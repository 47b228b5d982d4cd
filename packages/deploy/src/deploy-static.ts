import type { Project } from "@arclet/manifest";
import { readStaticFiles } from "./assets/read-static-files.ts";
import { syncStaticFiles } from "./assets/sync-static-files.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import type { DeployReporter } from "./reporter.ts";

/**
 * Brings the fingerprinted files alone to the bucket of a stack that is about to change: what it will run
 * names them, and what runs names others. Gives how many were put.
 */
export async function deployFingerprinted(
  { root, manifest }: Project,
  clients: AwsClients,
  outputs: ReadonlyMap<string, string>,
  reporter: DeployReporter,
): Promise<number> {
  const settings = manifest.static;
  const bucket = outputs.get("StaticBucket");
  if (settings === null || settings.fingerprint === false || bucket === undefined) return 0;
  const objects = (await readStaticFiles(root, settings)).filter((one) => one.isFingerprinted);
  return syncStaticFiles(clients, bucket, objects, { ...settings, prune: false }, reporter);
}

/** Brings the static files to the bucket of a stack's outputs. Gives how many objects changed. */
export async function deployStatic(
  { root, manifest }: Project,
  clients: AwsClients,
  outputs: ReadonlyMap<string, string>,
  reporter: DeployReporter,
): Promise<number> {
  const settings = manifest.static;
  const bucket = outputs.get("StaticBucket");
  if (settings === null || bucket === undefined) return 0;
  const objects = await readStaticFiles(root, settings);
  return syncStaticFiles(clients, bucket, objects, settings, reporter);
}
