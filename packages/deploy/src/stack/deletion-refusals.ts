import type { Stack } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../aws/aws-clients.ts";
import { DeployError } from "../errors.ts";

/**
 * Checks the known reasons for which CloudFormation would refuse to delete a stack
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html).
 * @throws DeployError `ERR_STACK_PROTECTED`
 */
export async function requireDeletable(clients: AwsClients, stack: Stack): Promise<void> {
  const { StackName: stackName = "", RootId: rootId } = stack;
  if (stack.EnableTerminationProtection === true)
    throw refusal(`The stack ${stackName} has termination protection; nothing was removed`, [
      "Remove `protect true` under @aws, then switch it off:",
      `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${stackName}`,
    ]);
  if (rootId !== undefined)
    throw refusal(`The stack ${stackName} is a part of ${rootId}; nothing was removed`, [
      "Delete the stack that it is a part of.",
    ]);
  for (const { ExportName: name } of stack.Outputs ?? []) {
    if (name === undefined) continue;
    const users = await importersOf(clients, name);
    if (users.length > 0)
      throw refusal(
        `Other stacks use the export ${name} of ${stackName}: ${users.join(", ")}; nothing was removed`,
        ["Remove their use of it first."],
      );
  }
}

async function importersOf(clients: AwsClients, name: string): Promise<readonly string[]> {
  const [{ paginateListImports }, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  const found: string[] = [];
  try {
    for await (const page of paginateListImports({ client }, { ExportName: name }))
      found.push(...(page.Imports ?? []));
  } catch (error) {
    // ListImports fails for an export that is not imported.
    if (!(error instanceof Error && /is not imported/.test(error.message))) throw error;
  }
  return found;
}

function refusal(message: string, hints: readonly string[]): DeployError {
  return new DeployError("ERR_STACK_PROTECTED", message, { hints });
}
