import type { Parameter } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../aws/aws-clients.ts";
import { DeployError } from "../errors.ts";
import type { DeployReporter, StackChange } from "../reporter.ts";
import type { ResourceOrigin } from "../template/template.ts";
import { createChangeSet } from "./change-set.ts";
import { deleteStack } from "./delete-stack.ts";
import { failureHints } from "./failure-hints.ts";
import { followStack, type FollowedStack } from "./follow-stack.ts";
import { appTag, ownerOf } from "./stack-owner.ts";
import { requireUsable, stuckAdvice } from "./stuck-stack.ts";
import { newestEventId } from "./stack-events.ts";
import { describeStack, outputsOf } from "./stack-state.ts";
import { waitUntilIdle } from "./wait-until-idle.ts";

export interface StackRequest {
  readonly stackName: string;
  readonly template: { readonly body: string } | { readonly url: string };
  readonly parameters: readonly Parameter[];
  readonly tags: { readonly [key: string]: string };
  /** Replaces changes of nested stacks with the changes inside them. */
  readonly detail?: (changes: readonly StackChange[]) => readonly StackChange[];
}

export interface StackResult {
  /** Changes made; empty if the stack was up to date. */
  readonly changes: readonly StackChange[];
  readonly outputs: ReadonlyMap<string, string>;
}

type Origins = ReadonlyMap<string, ResourceOrigin>;

/** Number of other deploys to wait for before giving up. */
const overtakings = 5;

/**
 * Changes the stack: creates a change set, asks for confirmation, executes it, and returns the stack's outputs.
 * If another deploy comes first, waits for it and starts over.
 */
export async function changeStack(
  clients: AwsClients,
  request: StackRequest,
  origins: Origins,
  confirm: (changes: readonly StackChange[]) => Promise<boolean>,
  reporter: DeployReporter,
): Promise<StackResult> {
  for (let round = 0; round <= overtakings; round += 1) {
    const isNew = await makeReady(clients, request, origins, reporter);
    try {
      return await changeOnce(clients, request, isNew, origins, confirm, reporter);
    } catch (error) {
      if (!isOvertaken(error)) throw refused(error);
      reporter.report({ type: "overtaken", stackName: request.stackName });
    }
  }
  throw new DeployError("ERR_STACK_BUSY", `Other deploys keep changing ${request.stackName}`, {
    hints: ["Run `arclet deploy` again when they have finished."],
  });
}

async function changeOnce(
  clients: AwsClients,
  request: StackRequest,
  isNew: boolean,
  origins: Origins,
  confirm: (changes: readonly StackChange[]) => Promise<boolean>,
  reporter: DeployReporter,
): Promise<StackResult> {
  const { stackName } = request;
  const changeSet = await createChangeSet(
    clients,
    { ...request, isNew, name: `arclet-${crypto.randomUUID()}` },
    origins,
  );
  if (changeSet === null)
    return { changes: [], outputs: outputsOf(await describeStack(clients, stackName)) };
  const changes = request.detail?.(changeSet.changes) ?? changeSet.changes;
  reporter.report({ type: "difference", changes, total: changeSet.changes.length });
  const [sdk, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  const target = { StackName: stackName, ChangeSetName: changeSet.id };
  if (!(await confirm(changes))) {
    await client.send(new sdk.DeleteChangeSetCommand(target));
    throw new DeployError("ERR_NOT_CONFIRMED", "Nothing was changed");
  }
  const before = await newestEventId(clients, stackName);
  await client.send(
    // The token makes the call idempotent if its response is lost.
    new sdk.ExecuteChangeSetCommand({ ...target, ClientRequestToken: crypto.randomUUID() }),
  );
  const followed = await followStack(clients, stackName, before, origins, reporter);
  if (followed.status !== "CREATE_COMPLETE" && followed.status !== "UPDATE_COMPLETE")
    throw failure(stackName, followed, origins);
  return {
    changes,
    outputs: outputsOf(await describeStack(clients, stackName)),
  };
}

/**
 * Whether another deploy started in the meantime. Executing a change set removes the stack's other change
 * sets (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html).
 */
function isOvertaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    /^(ChangeSetNotFound|InvalidChangeSetStatus|AlreadyExists)(Exception)?$/.test(error.name) ||
    (error.name === "ValidationError" &&
      /_IN_PROGRESS state|already exists|does not exist/.test(error.message))
  );
}

/** Converts CloudFormation's validation error. */
function refused(error: unknown): unknown {
  return error instanceof Error && error.name === "ValidationError"
    ? new DeployError("ERR_CHANGE_SET", `CloudFormation refused the change: ${error.message}`, {
        cause: error,
      })
    : error;
}

/** Waits for another deploy, and removes a failed first one. Returns true if the stack must be created. */
async function makeReady(
  clients: AwsClients,
  { stackName, tags }: StackRequest,
  origins: Origins,
  reporter: DeployReporter,
): Promise<boolean> {
  const stack = await describeStack(clients, stackName);
  if (stack === null) return true;
  // Check in every round: another app may have created a stack of this name.
  await ownerOf(clients, stack, tags[appTag] ?? "");
  const status = await waitUntilIdle(clients, stack, origins, reporter);
  switch (status) {
    // An unexecuted change set leaves a stack in review, which does not exist yet.
    case "REVIEW_IN_PROGRESS":
    case "DELETE_COMPLETE":
      return true;
    case "ROLLBACK_COMPLETE":
      reporter.report({
        type: "cleaning",
        stackName,
        reason: "its first deploy failed, and CloudFormation cannot update such a stack",
      });
      await deleteStack(clients, stack, origins, reporter);
      return true;
    default:
      requireUsable(stackName, status);
      return false;
  }
}

function failure(stackName: string, { status, failures }: FollowedStack, origins: Origins): Error {
  const outcomes: { readonly [status: string]: string } = {
    ROLLBACK_COMPLETE: "the resources it had created were removed again",
    UPDATE_ROLLBACK_COMPLETE: "everything was rolled back to the previous version",
  };
  const hints = failureHints(failures, origins);
  const advice = stuckAdvice(stackName, status);
  return new DeployError(
    "ERR_DEPLOY_FAILED",
    `The deploy of ${stackName} failed: ${outcomes[status] ?? `the stack is in ${status}`}`,
    {
      hints: [
        ...(hints.length > 0
          ? hints
          : [`CloudFormation gave no reason. See the events of ${stackName} in its console.`]),
        ...(advice === null ? [] : [advice]),
      ],
    },
  );
}
