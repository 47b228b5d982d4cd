import type { Stack } from "@aws-sdk/client-cloudformation";
import { withStack, type AppOptions } from "./app-stack.ts";
import { artifactBucket } from "./assets/artifact-bucket.ts";
import { emptyBucket } from "./assets/empty-bucket.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { readEnvironment, removeEnvironment } from "./environment.ts";
import { DeployError } from "./errors.ts";
import type { DeployReporter } from "./reporter.ts";
import { deleteStack } from "./stack/delete-stack.ts";
import { deleteTables } from "./stack/delete-tables.ts";
import { deployedStack, describeStack, stackResources } from "./stack/stack-state.ts";
import { waitUntilIdle } from "./stack/wait-until-idle.ts";
import { staticBucketId } from "./template/logical-ids.ts";

export interface DestroyOptions extends AppOptions {
  /** Also what holds data: tables and static files. */
  readonly force: boolean;
}

/**
 * Removes the stack, its static files and its environment; with `force` its tables too, which a stack
 * otherwise leaves.
 * @throws DeployError `ERR_HOLDS_DATA` when it holds data and `force` is not given.
 */
export function destroyApp(options: DestroyOptions, reporter: DeployReporter): Promise<void> {
  return withStack(options, async (clients, stackName) => {
    const environment = await readEnvironment(clients, stackName);
    // An interrupted destroy may have left only the variables.
    const stack =
      environment.size === 0
        ? await deployedStack(clients, stackName)
        : await describeStack(clients, stackName);
    if (stack !== null) await destroyStack(clients, stack, options.force, reporter);
    const artifacts = await artifactBucket(clients, options.manifest.aws.bucket);
    await emptyBucket(clients, artifacts.name, `${stackName}/`);
    for (const name of environment.keys()) await removeEnvironment(clients, stackName, name);
  });
}

async function destroyStack(
  clients: AwsClients,
  stack: Stack,
  force: boolean,
  reporter: DeployReporter,
): Promise<void> {
  const { StackName: stackName = "" } = stack;
  // A stack that is being changed is not deleted, and nothing that it has may go before it.
  if ((await waitUntilIdle(clients, stack, new Map(), reporter)) === "DELETE_COMPLETE") return;
  // Of the stack, not of the manifest, which may have lost one since the last deploy; nor of the
  // outputs, which a stack lacks that was never whole.
  const resources = await stackResources(clients, stackName);
  const bucket = resources.get(staticBucketId)?.physicalId;
  const tables = [...resources.values()].filter(({ type }) => type === "AWS::DynamoDB::Table");
  if (!force && (tables.length > 0 || bucket !== undefined))
    throw new DeployError("ERR_HOLDS_DATA", `The stack ${stackName} holds tables or files`, {
      hints: ["Give --force to destroy them with it. There is no way back."],
    });
  if (bucket !== undefined) await emptyBucket(clients, bucket);
  // Before the stack, which names them: after an interruption a rerun finds the rest of them.
  await deleteTables(
    clients,
    tables.map(({ physicalId }) => physicalId),
  );
  await deleteStack(clients, stackName, new Map(), reporter);
}
