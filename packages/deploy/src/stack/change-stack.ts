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
  /** Puts the changes inside of nested stacks in the place of the stacks'. */
  readonly detail?: (changes: readonly StackChange[]) => readonly StackChange[];
}

export interface StackResult {
  /** What was made; empty when the stack was as the template says. */
  readonly changes: readonly StackChange[];
  readonly outputs: ReadonlyMap<string, string>;
}

type Origins = ReadonlyMap<string, ResourceOrigin>;

/** Others' deploys that one deploy lets pass before it gives up. */
const overtakings = 5;

/**
 * Makes the change: difference, confirmation, execution, and the stack's outputs at the end. When
 * another deploy comes first, waits for its end and takes the difference again.
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
    // The token makes a call whose answer was lost one and the same call.
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
 * Another deploy began after this one had looked. Executing a change set removes the stack's other
 * ones (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html).
 */
function isOvertaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    /^(ChangeSetNotFound|InvalidChangeSetStatus|AlreadyExists)(Exception)?$/.test(error.name) ||
    (error.name === "ValidationError" &&
      /_IN_PROGRESS state|already exists|does not exist/.test(error.message))
  );
}

/** CloudFormation's word on a template or a value it does not take. */
function refused(error: unknown): unknown {
  return error instanceof Error && error.name === "ValidationError"
    ? new DeployError("ERR_CHANGE_SET", `CloudFormation refused the change: ${error.message}`, {
        cause: error,
      })
    : error;
}

/** Waits for another deploy, clears what a failed first one left; true when the stack is to be made. */
async function makeReady(
  clients: AwsClients,
  { stackName, tags }: StackRequest,
  origins: Origins,
  reporter: DeployReporter,
): Promise<boolean> {
  const stack = await describeStack(clients, stackName);
  if (stack === null) return true;
  // Every round: whoever came first may have made a stack of this name for another app.
  await ownerOf(clients, stack, tags[appTag] ?? "");
  const status = await waitUntilIdle(clients, stack, origins, reporter);
  switch (status) {
    // An unexecuted change set leaves a stack "in review", which is yet to be made.
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
