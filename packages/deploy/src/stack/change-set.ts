import { setTimeout as delay } from "node:timers/promises";
import type { Parameter } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../aws-clients.ts";
import { DeployError } from "../errors.ts";
import type { StackChange } from "../reporter.ts";
import type { ResourceOrigin } from "../template/template.ts";

/** Types whose loss loses what users wrote. */
const dataTypes = new Set(["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue"]);

export interface ChangeSetRequest {
  readonly stackName: string;
  readonly isNew: boolean;
  readonly name: string;
  readonly template: { readonly body: string } | { readonly url: string };
  readonly parameters: readonly Parameter[];
  readonly tags: { readonly [key: string]: string };
}

/** The change set's id and its difference; null when the stack is as the template says. */
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
      ChangeSetType: request.isNew ? "CREATE" : "UPDATE",
      Capabilities: ["CAPABILITY_IAM"],
      Parameters: [...request.parameters],
      Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
      ...("body" in request.template
        ? { TemplateBody: request.template.body }
        : { TemplateURL: request.template.url }),
    }),
  );
  const target = { StackName: request.stackName, ChangeSetName: id };
  const changes: StackChange[] = [];
  for (;;) {
    const first = await client.send(new sdk.DescribeChangeSetCommand(target));
    if (first.Status === "CREATE_COMPLETE") break;
    if (first.Status === "FAILED") {
      const reason = first.StatusReason ?? "no reason was given";
      await client.send(new sdk.DeleteChangeSetCommand(target));
      if (/didn't contain changes|No updates are to be performed/i.test(reason)) return null;
      throw new DeployError("ERR_CHANGE_SET", `CloudFormation refused the change: ${reason}`);
    }
    await delay(500);
  }
  for await (const page of sdk.paginateDescribeChangeSet({ client }, target))
    for (const { ResourceChange: change } of page.Changes ?? []) {
      const logicalId = change?.LogicalResourceId ?? "";
      const action = actionOf(change?.Action, change?.Replacement);
      const type = change?.ResourceType ?? "";
      changes.push({
        action,
        logicalId,
        type,
        label: origins.get(logicalId)?.label ?? null,
        holdsData:
          dataTypes.has(type) &&
          (action === "replace" || action === "remove" || action === "maybe-replace"),
      });
    }
  return changes.length === 0 ? null : { id, changes };
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
