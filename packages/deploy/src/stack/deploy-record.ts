import type { ArtifactBucket } from "../assets/artifact-bucket.ts";
import { getObjectText, putObjectText } from "../assets/object-text.ts";
import type { AwsClients } from "../aws/aws-clients.ts";
import type { Template } from "../template/template.ts";

/** Record of one deploy. Everything it refers to stays in the artifact bucket. */
export interface DeployRecord {
  readonly template: Template;
  /** Of the nested stacks, by logical id. @default none */
  readonly nested?: { readonly [stackId: string]: Template };
  /** Archives by function, with the hash that Lambda gives of them. */
  readonly code: {
    readonly [functionId: string]: { readonly key: string; readonly codeSha256: string };
  };
  /** ETags of the static files by key; their content is below `<stack>/files/`. */
  readonly files: { readonly [key: string]: string };
}

export interface DeployRecords {
  /** null: of the deploys so far nothing was recorded. */
  readonly current: DeployRecord | null;
  readonly previous: DeployRecord | null;
}

const names = ["current", "previous"] as const;

function keyOf(stackName: string, name: (typeof names)[number]): string {
  return `${stackName}/deploys/${name}.json`;
}

export async function readDeployRecords(
  clients: AwsClients,
  bucket: ArtifactBucket,
  stackName: string,
): Promise<DeployRecords> {
  const [current = null, previous = null] = await Promise.all(
    names.map(async (name) => {
      const text = await getObjectText(clients, bucket, keyOf(stackName, name));
      return text === null ? null : (JSON.parse(text) as DeployRecord);
    }),
  );
  return { current, previous };
}

/** Stores a record as the current one, and the current as the previous one. No effect if they are equal. */
export async function writeDeployRecord(
  clients: AwsClients,
  bucket: ArtifactBucket,
  stackName: string,
  { current }: DeployRecords,
  record: DeployRecord,
): Promise<void> {
  const text = JSON.stringify(record);
  const before = current === null ? null : JSON.stringify(current);
  if (before === text) return;
  // In this order, so that an interruption in between never loses the previous record.
  if (before !== null) await putObjectText(clients, bucket, keyOf(stackName, "previous"), before);
  await putObjectText(clients, bucket, keyOf(stackName, "current"), text);
}
