import type { ArtifactBucket } from "./assets/artifact-bucket.ts";
import type { Project } from "@arclet/manifest";
import { readStaticFiles } from "./assets/read-static-files.ts";
import { keepFiles } from "./assets/kept-files.ts";
import type { FunctionPackage } from "./assets/package-functions.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { readDeployRecords, writeDeployRecord } from "./stack/deploy-record.ts";
import type { Template } from "./template/template.ts";

/**
 * Records a deploy, so that the next one can be rolled back to it. Parts that were not deployed keep their
 * previous record.
 */
export async function recordDeploy(
  clients: AwsClients,
  bucket: ArtifactBucket,
  stackName: string,
  { root, manifest }: Project,
  outputs: ReadonlyMap<string, string>,
  brought: {
    readonly template?: Template;
    /** Of the nested stacks, together with the template. */
    readonly nested?: ReadonlyMap<string, Template>;
    readonly packages?: readonly FunctionPackage[];
  },
): Promise<void> {
  const records = await readDeployRecords(clients, bucket, stackName);
  const template = brought.template ?? records.current?.template;
  const nested =
    brought.nested === undefined ? records.current?.nested : Object.fromEntries(brought.nested);
  // The app was deployed by a version without records, which only a full deploy creates.
  if (template === undefined) return;
  const code = Object.fromEntries(
    (brought.packages ?? []).map(({ functionId, key, codeSha256 }) => [
      functionId,
      { key, codeSha256 },
    ]),
  );
  const staticBucket = outputs.get("StaticBucket") ?? null;
  const objects =
    staticBucket === null || manifest.static === null
      ? []
      : await readStaticFiles(root, manifest.static);
  const files = await keepFiles(
    clients,
    bucket,
    stackName,
    staticBucket,
    new Set(objects.map(({ key }) => key)),
    [records.current, records.previous].flatMap((record) =>
      record === null ? [] : [record.files],
    ),
  );
  const kept = brought.template === undefined ? (records.current?.code ?? {}) : {};
  await writeDeployRecord(clients, bucket, stackName, records, {
    template,
    ...(nested === undefined || Object.keys(nested).length === 0 ? {} : { nested }),
    code: { ...kept, ...code },
    files,
  });
}
