import type { Project } from "@arclet/manifest";
import { readStaticFiles } from "./assets/read-static-files.ts";
import { syncStaticFiles } from "./assets/sync-static-files.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import type { DeployReporter } from "./reporter.ts";

/**
 * Uploads only fingerprinted files, before the stack changes: the new code refers to them, and the running code
 * does not. Returns how many were uploaded.
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

/** Uploads static files to the bucket in a stack's outputs. Returns the number of changed objects. */
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
