import type { Parameter } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../aws-clients.ts";
import { DeployError } from "../errors.ts";
import type { DeployReporter, StackChange } from "../reporter.ts";
import type { ResourceOrigin } from "../template/template.ts";
import { createChangeSet } from "./change-set.ts";
import { followStack, type FollowedStack } from "./follow-stack.ts";
import { describeStack, outputsOf } from "./stack-state.ts";

export interface StackRequest {
  readonly stackName: string;
  readonly template: { readonly body: string } | { readonly url: string };
  readonly parameters: readonly Parameter[];
  readonly tags: { readonly [key: string]: string };
}

export interface StackResult {
  readonly isChanged: boolean;
  readonly outputs: ReadonlyMap<string, string>;
}

type Origins = ReadonlyMap<string, ResourceOrigin>;

/** Makes the change: difference, confirmation, execution, and the stack's outputs at the end. */
export async function changeStack(
  clients: AwsClients,
  request: StackRequest,
  origins: Origins,
  confirm: (changes: readonly StackChange[]) => Promise<boolean>,
  reporter: DeployReporter,
): Promise<StackResult> {
  const { stackName } = request;
  const isNew = await makeReady(clients, stackName, origins, reporter);
  const changeSet = await createChangeSet(
    clients,
    { ...request, isNew, name: `arclet-${Date.now().toString(36)}` },
    origins,
  );
  if (changeSet === null)
    return { isChanged: false, outputs: outputsOf(await describeStack(clients, stackName)) };
  reporter.report({ type: "difference", changes: changeSet.changes });
  const [sdk, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  const risky = changeSet.changes.filter(({ holdsData }) => holdsData);
  if (risky.length > 0 && !(await confirm(risky))) {
    await client.send(
      new sdk.DeleteChangeSetCommand({ StackName: stackName, ChangeSetName: changeSet.id }),
    );
    throw new DeployError("ERR_NOT_CONFIRMED", "Nothing was changed");
  }
  const since = new Date();
  await client.send(
    new sdk.ExecuteChangeSetCommand({ StackName: stackName, ChangeSetName: changeSet.id }),
  );
  const followed = await followStack(clients, stackName, since, origins, reporter);
  if (followed.status !== "CREATE_COMPLETE" && followed.status !== "UPDATE_COMPLETE")
    throw failure(stackName, followed, origins);
  return { isChanged: true, outputs: outputsOf(await describeStack(clients, stackName)) };
}

/** Waits for another deploy, clears what a failed first one left; true when the stack is to be made. */
async function makeReady(
  clients: AwsClients,
  stackName: string,
  origins: Origins,
  reporter: DeployReporter,
): Promise<boolean> {
  const stack = await describeStack(clients, stackName);
  let status: string | null = stack?.StackStatus ?? null;
  // An unexecuted change set leaves a stack "in review", which nothing is working on.
  if (status === null || status === "REVIEW_IN_PROGRESS") return true;
  if (status.endsWith("_IN_PROGRESS")) {
    reporter.report({ type: "waiting", stackName, status });
    status = (
      await followStack(clients, stack?.StackId ?? stackName, new Date(), origins, reporter)
    ).status;
  }
  if (status === "DELETE_COMPLETE") return true;
  if (
    status === "ROLLBACK_COMPLETE" ||
    status === "ROLLBACK_FAILED" ||
    status === "DELETE_FAILED"
  ) {
    if (status !== "ROLLBACK_COMPLETE") throw stuck(stackName, status);
    reporter.report({
      type: "cleaning",
      stackName,
      reason: "its first deploy failed, and such a stack can only be made anew",
    });
    await deleteStack(clients, stackName, origins, reporter);
    return true;
  }
  if (status === "UPDATE_ROLLBACK_FAILED") throw stuck(stackName, status);
  return false;
}

/** Deletes a stack and waits until it is gone. */
export async function deleteStack(
  clients: AwsClients,
  stackName: string,
  origins: Origins,
  reporter: DeployReporter,
): Promise<void> {
  const [{ DeleteStackCommand }, client, stack] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
    describeStack(clients, stackName),
  ]);
  const since = new Date();
  // By id: a deleted stack is no longer found by name.
  const id = stack?.StackId ?? stackName;
  await client.send(new DeleteStackCommand({ StackName: id }));
  const followed = await followStack(clients, id, since, origins, reporter);
  if (followed.status !== "DELETE_COMPLETE") throw failure(stackName, followed, origins);
}

function stuck(stackName: string, status: string): DeployError {
  return new DeployError("ERR_STACK_STUCK", `The stack ${stackName} is in ${status}`, {
    hints: [
      status === "UPDATE_ROLLBACK_FAILED"
        ? `Let it finish: aws cloudformation continue-update-rollback --stack-name ${stackName}`
        : "Run `arclet destroy`, then deploy again.",
    ],
  });
}

function failure(stackName: string, followed: FollowedStack, origins: Origins): DeployError {
  const hints = followed.failures.slice(0, 5).map(({ logicalId, reason }) => {
    const origin = origins.get(logicalId);
    const place = origin?.location;
    const where =
      place === null || place === undefined
        ? ""
        : ` (${place.file}:${place.line}:${place.column + 1})`;
    return `${origin?.label ?? logicalId}${where}: ${reason}`;
  });
  const outcome = followed.status.includes("ROLLBACK")
    ? "everything was rolled back to what ran before"
    : `the stack is in ${followed.status}`;
  return new DeployError("ERR_DEPLOY_FAILED", `The deploy of ${stackName} failed; ${outcome}`, {
    hints,
  });
}
