import type { Stack } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../aws/aws-clients.ts";
import { forEachConcurrently } from "../aws/for-each-concurrently.ts";
import { DeployError } from "../errors.ts";
import { joinedId, nestedStackType } from "../template/join-templates.ts";
import { functionLogicalId, functionStackId, isFunctionStackId } from "../template/logical-ids.ts";

/** Nested stacks asked for at a time. */
export const concurrentStacks = 4;

/** Describes the stack; null if it does not exist or has only an unexecuted change set. */
export async function describeStack(clients: AwsClients, stackName: string): Promise<Stack | null> {
  const [{ DescribeStacksCommand }, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  try {
    const { Stacks: stacks = [] } = await client.send(
      new DescribeStacksCommand({ StackName: stackName }),
    );
    return stacks[0] ?? null;
  } catch (error) {
    // CloudFormation has no error of its own for it: a ValidationError "Stack with id x does not exist".
    if (error instanceof Error && /does not exist/.test(error.message)) return null;
    throw error;
  }
}

/** @throws DeployError `ERR_STACK_MISSING` */
export async function deployedStack(clients: AwsClients, stackName: string): Promise<Stack> {
  const stack = await describeStack(clients, stackName);
  if (stack !== null) return stack;
  throw new DeployError("ERR_STACK_MISSING", `The stack ${stackName} is not deployed`, {
    hints: ["`arclet deploy` deploys it; --production and --name choose another one."],
  });
}

export function outputsOf(stack: Stack | null): ReadonlyMap<string, string> {
  return new Map(
    (stack?.Outputs ?? []).map(({ OutputKey: key = "", OutputValue: value = "" }) => [key, value]),
  );
}

export interface StackResource {
  readonly physicalId: string;
  readonly type: string;
}

/**
 * The stack's resources by logical id. Resources of nested stacks have their ids in the joined template.
 */
export async function stackResources(
  clients: AwsClients,
  stackName: string,
): Promise<ReadonlyMap<string, StackResource>> {
  const found = new Map(await ownResources(clients, stackName));
  const nested = [...found].filter(
    ([id, { type, physicalId }]) =>
      type === nestedStackType && isFunctionStackId(id) && physicalId !== "",
  );
  await forEachConcurrently(nested, concurrentStacks, async ([stackId, { physicalId }]) => {
    for (const [id, resource] of await ownResources(clients, physicalId))
      found.set(joinedId(stackId, id), resource);
  });
  return found;
}

/** A function of a stack, in a nested stack or in the root; null: it is not deployed. */
export function deployedFunction(
  resources: ReadonlyMap<string, StackResource>,
  functionId: string,
): StackResource | null {
  const id = functionLogicalId(functionId);
  const nested = resources.get(joinedId(functionStackId(functionId), id));
  return nested ?? resources.get(id) ?? null;
}

async function ownResources(
  clients: AwsClients,
  stackName: string,
): Promise<ReadonlyMap<string, StackResource>> {
  const [{ paginateListStackResources }, client] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    clients.cloudFormation(),
  ]);
  const found = new Map<string, StackResource>();
  for await (const page of paginateListStackResources({ client }, { StackName: stackName }))
    for (const {
      LogicalResourceId: id,
      PhysicalResourceId: physicalId,
      ResourceType: type = "",
    } of page.StackResourceSummaries ?? [])
      if (id !== undefined && physicalId !== undefined) found.set(id, { physicalId, type });
  return found;
}
