import { setTimeout as delay } from "node:timers/promises";
import type { Change, Parameter } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../aws/aws-clients.ts";
import { DeployError } from "../errors.ts";
import type { StackChange } from "../reporter.ts";
import { holdsData } from "../template/data-types.ts";
import { nestedStackType } from "../template/join-templates.ts";
import { isFunctionStackId } from "../template/logical-ids.ts";
import type { ResourceOrigin } from "../template/template.ts";
import { failureHints, type ResourceFailure } from "./failure-hints.ts";

export interface ChangeSetRequest {
  readonly stackName: string;
  readonly isNew: boolean;
  readonly name: string;
  readonly template: { readonly body: string } | { readonly url: string };
  readonly parameters: readonly Parameter[];
  readonly tags: { readonly [key: string]: string };
}

interface ChangeSetTarget {
  readonly StackName: string;
  readonly ChangeSetName: string;
}

/**
 * The change set's id and its difference; null when the stack is as the template says.
 * @throws DeployError `ERR_CHANGE_SET` when CloudFormation refuses it.
 */
export async function createChangeSet(
  clients: AwsClients,
  request: ChangeSetRequest,
  origins: ReadonlyMap<string, ResourceOrigin>,
): Promise<{ readonly id: string; readonly changes: readonly StackChange[] } | null> {
  const [sdk, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  const { Id: id = request.name } = await client.send(
    new sdk.CreateChangeSetCommand({
      StackName: request.stackName,
      ChangeSetName: request.name,
      // The token prevents a second change set if a call is retried after its response was lost.
      ClientToken: request.name,
      ChangeSetType: request.isNew ? "CREATE" : "UPDATE",
      // Arclet names no role; a plugin may.
      Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
      Parameters: [...request.parameters],
      Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
      ...("body" in request.template
        ? { TemplateBody: request.template.body }
        : { TemplateURL: request.template.url }),
    }),
  );
  const target = { StackName: request.stackName, ChangeSetName: id };
  for (;;) {
    const { Status: status, StatusReason: reason = "no reason was given" } = await client.send(
      new sdk.DescribeChangeSetCommand(target),
    );
    if (status === "CREATE_COMPLETE") break;
    if (status === "FAILED") {
      const isEmpty = /didn't contain changes|No updates are to be performed/i.test(reason);
      const invalid = isEmpty ? [] : await validationFailures(clients, target, reason);
      await client.send(new sdk.DeleteChangeSetCommand(target));
      if (isEmpty) return null;
      throw new DeployError("ERR_CHANGE_SET", `CloudFormation refused the change: ${reason}`, {
        hints: failureHints(invalid, origins),
      });
    }
    await delay(500);
  }
  const changes: StackChange[] = [];
  for await (const page of sdk.paginateDescribeChangeSet({ client }, target))
    for (const change of page.Changes ?? [])
      if (!isAutomatic(change)) changes.push(changeOf(change, origins));
  if (changes.length > 0) return { id, changes };
  await client.send(new sdk.DeleteChangeSetCommand(target));
  return null;
}

/**
 * What CloudFormation's validation before the deployment found. The change set's own reason only says
 * that it found something
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html).
 */
async function validationFailures(
  clients: AwsClients,
  target: ChangeSetTarget,
  reason: string,
): Promise<readonly ResourceFailure[]> {
  if (!/EarlyValidation|DescribeEvents/i.test(reason)) return [];
  const [sdk, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  const failures: ResourceFailure[] = [];
  for await (const page of sdk.paginateDescribeEvents({ client }, target))
    for (const event of page.OperationEvents ?? [])
      if (event.ValidationStatus === "FAILED")
        failures.push({
          logicalId: event.LogicalResourceId ?? "",
          physicalId: event.PhysicalResourceId ?? null,
          reason: event.ValidationStatusReason ?? event.ValidationName ?? reason,
        });
  return failures;
}

/**
 * Every change set lists nested stacks, whose templates might have changed. Those of Arclet are named by
 * their content: another template is another URL, which is a change of its own
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html).
 */
function isAutomatic({ ResourceChange: change }: Change): boolean {
  const details = change?.Details ?? [];
  return (
    change?.ResourceType === nestedStackType &&
    change.Action === "Modify" &&
    isFunctionStackId(change.LogicalResourceId ?? "") &&
    details.length > 0 &&
    details.every(({ ChangeSource: source }) => source === "Automatic")
  );
}

function changeOf(
  { ResourceChange: change }: Change,
  origins: ReadonlyMap<string, ResourceOrigin>,
): StackChange {
  const logicalId = change?.LogicalResourceId ?? "";
  const action = actionOf(change?.Action, change?.Replacement);
  const type = change?.ResourceType ?? "";
  return {
    action,
    logicalId,
    physicalId: change?.PhysicalResourceId ?? null,
    type,
    label: origins.get(logicalId)?.label ?? null,
    data: dataOf(type, action, change?.PolicyAction),
  };
}

/** @param policy What CloudFormation will do with what goes, where it says so. */
function dataOf(
  type: string,
  action: StackChange["action"],
  policy: string | undefined,
): StackChange["data"] {
  if (!holdsData(type) || action === "add" || action === "change") return "none";
  const isKept = policy?.endsWith("Retain") ?? type === "AWS::DynamoDB::Table";
  return isKept ? "kept" : "deleted";
}

function actionOf(
  action: string | undefined,
  replacement: string | undefined,
): StackChange["action"] {
  if (action === "Add" || action === "Import") return "add";
  if (action === "Remove") return "remove";
  if (replacement === "True") return "replace";
  return replacement === "Conditional" ? "maybe-replace" : "change";
}
