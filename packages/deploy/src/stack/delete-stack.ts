import type { Stack } from "@aws-sdk/client-cloudformation";
import { emptyBucket } from "../assets/empty-bucket.ts";
import type { AwsClients } from "../aws/aws-clients.ts";
import { DeployError } from "../errors.ts";
import type { DeployReporter } from "../reporter.ts";
import type { ResourceOrigin } from "../template/template.ts";
import { failureHints } from "./failure-hints.ts";
import { followStack, type FollowedStack } from "./follow-stack.ts";
import { newestEventId } from "./stack-events.ts";

export interface DeleteOptions {
  /** Buckets to empty once nothing but these keeps the stack from going. @default none */
  readonly emptied?: readonly string[];
}

type Origins = ReadonlyMap<string, ResourceOrigin>;

/**
 * Deletes a stack and waits until it is gone. CloudFormation does not delete buckets with files, so the first
 * attempt deletes everything else, and then the buckets are emptied.
 * @throws DeployError `ERR_DEPLOY_FAILED` with the resources that could not be deleted
 */
export async function deleteStack(
  clients: AwsClients,
  stack: Stack,
  origins: Origins,
  reporter: DeployReporter,
  { emptied = [] }: DeleteOptions = {},
): Promise<void> {
  const { StackName: stackName = "" } = stack;
  // By id, because a deleted stack cannot be found by name.
  const id = stack.StackId ?? stackName;
  let followed = await deleteOnce(clients, id, origins, reporter);
  const isLeft = ({ physicalId }: FollowedStack["failures"][number]): boolean =>
    physicalId !== null && emptied.includes(physicalId);
  if (
    followed.status === "DELETE_FAILED" &&
    followed.failures.length > 0 &&
    followed.failures.every(isLeft)
  ) {
    for (const bucket of emptied) await emptyBucket(clients, bucket);
    followed = await deleteOnce(clients, id, origins, reporter);
  }
  if (followed.status === "DELETE_COMPLETE") return;
  throw new DeployError(
    "ERR_DEPLOY_FAILED",
    `The stack ${stackName} could not be removed; it is in ${followed.status}`,
    {
      hints: [
        ...failureHints(followed.failures, origins),
        "Tables still have their items. Fix the reason, then run `arclet destroy` again.",
      ],
    },
  );
}

async function deleteOnce(
  clients: AwsClients,
  id: string,
  origins: Origins,
  reporter: DeployReporter,
): Promise<FollowedStack> {
  const [{ DeleteStackCommand }, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  const before = await newestEventId(clients, id);
  await client.send(
    // The token makes the call idempotent if its response is lost.
    new DeleteStackCommand({ StackName: id, ClientRequestToken: crypto.randomUUID() }),
  );
  return followStack(clients, id, before, origins, reporter);
}
