import type { ArtifactBucket } from "../assets/artifact-bucket.ts";
import { getObjectText, putObjectText } from "../assets/object-text.ts";
import type { AwsClients } from "../aws/aws-clients.ts";

/** Resources that a confirmed destroy must still delete after its stack, which knows their names, is gone. */
export interface DestroyRecord {
  readonly stackId: string;
  readonly tables: readonly string[];
}

/** Sorts behind all else of the stack, so that emptying the bucket removes it last. */
function keyOf(stackName: string): string {
  return `${stackName}/~destroy.json`;
}

/** null if no destroy was interrupted. */
export async function readDestroyRecord(
  clients: AwsClients,
  bucket: ArtifactBucket,
  stackName: string,
): Promise<DestroyRecord | null> {
  const text = await getObjectText(clients, bucket, keyOf(stackName));
  return text === null ? null : (JSON.parse(text) as DestroyRecord);
}

export function writeDestroyRecord(
  clients: AwsClients,
  bucket: ArtifactBucket,
  stackName: string,
  record: DestroyRecord,
): Promise<void> {
  return putObjectText(clients, bucket, keyOf(stackName), JSON.stringify(record));
}
