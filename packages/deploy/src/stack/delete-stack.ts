import type { AwsClients } from "../aws/aws-clients.ts";
import { DeployError } from "../errors.ts";
import type { DeployReporter } from "../reporter.ts";
import type { ResourceOrigin } from "../template/template.ts";
import { failureHints } from "./failure-hints.ts";
import { followStack } from "./follow-stack.ts";
import { newestEventId } from "./stack-events.ts";
import { describeStack } from "./stack-state.ts";

/** Deletes a stack and waits until it is gone. */
export async function deleteStack(
  clients: AwsClients,
  stackName: string,
  origins: ReadonlyMap<string, ResourceOrigin>,
  reporter: DeployReporter,
): Promise<void> {
  const [{ DeleteStackCommand }, client, stack] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
    describeStack(clients, stackName),
  ]);
  if (stack === null) return;
  // By id: a deleted stack is no longer found by name.
  const id = stack.StackId ?? stackName;
  const before = await newestEventId(clients, id);
  await client.send(new DeleteStackCommand({ StackName: id }));
  const followed = await followStack(clients, id, before, origins, reporter);
  if (followed.status !== "DELETE_COMPLETE")
    throw new DeployError(
      "ERR_DEPLOY_FAILED",
      `The stack ${stackName} could not be removed; it is in ${followed.status}`,
      { hints: failureHints(followed.failures, origins) },
    );
}
