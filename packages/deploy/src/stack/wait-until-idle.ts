import type { Stack } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../aws/aws-clients.ts";
import type { DeployReporter } from "../reporter.ts";
import type { ResourceOrigin } from "../template/template.ts";
import { followStack } from "./follow-stack.ts";
import { newestEventId } from "./stack-events.ts";

/**
 * Waits for an operation that another user or an interrupted run has started on a stack. Returns its status:
 * `DELETE_COMPLETE` if it is gone, `REVIEW_IN_PROGRESS` if it has only a change set.
 */
export async function waitUntilIdle(
  clients: AwsClients,
  stack: Stack,
  origins: ReadonlyMap<string, ResourceOrigin>,
  reporter: DeployReporter,
): Promise<string> {
  const { StackName: stackName = "", StackId: id = stackName } = stack;
  const status: string = stack.StackStatus ?? "";
  if (!status.endsWith("_IN_PROGRESS") || status === "REVIEW_IN_PROGRESS") return status;
  reporter.report({ type: "waiting", stackName, status });
  // By id, because a deleted stack cannot be found by name.
  const now = await newestEventId(clients, id);
  return (await followStack(clients, id, now, origins, reporter)).status;
}
