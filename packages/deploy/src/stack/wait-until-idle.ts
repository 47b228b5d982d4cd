import type { Stack } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../aws/aws-clients.ts";
import type { DeployReporter } from "../reporter.ts";
import type { ResourceOrigin } from "../template/template.ts";
import { followStack } from "./follow-stack.ts";
import { newestEventId } from "./stack-events.ts";

/**
 * Waits for what somebody else, or an interrupted run, has begun with a stack. Gives its status then:
 * `DELETE_COMPLETE` when it is gone, `REVIEW_IN_PROGRESS` when nothing but a change set was made of it.
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
  // By id: a stack that is being deleted will not be found by its name.
  const now = await newestEventId(clients, id);
  return (await followStack(clients, id, now, origins, reporter)).status;
}
