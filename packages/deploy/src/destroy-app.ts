import type { Stack } from "@aws-sdk/client-cloudformation";
import type { Manifest } from "@arclet/manifest";
import { artifactBucket } from "./assets/artifact-bucket.ts";
import { emptyBucket } from "./assets/empty-bucket.ts";
import { createAwsClients, explainAwsError, type AwsClients } from "./aws-clients.ts";
import { readEnvironment, removeEnvironment, type Stage } from "./environment.ts";
import { DeployError } from "./errors.ts";
import type { DeployReporter } from "./reporter.ts";
import { deleteStack } from "./stack/change-stack.ts";
import { deleteTables } from "./stack/delete-tables.ts";
import { stackNameOf } from "./stack/stack-name.ts";
import { describeStack, outputsOf, stackResources } from "./stack/stack-state.ts";
import { tableLogicalId } from "./template/synthesis-context.ts";

export interface DestroyOptions {
  readonly manifest: Manifest;
  readonly stage: Stage;
  readonly name: string | null;
  /** Also what holds data: tables and static files. */
  readonly force: boolean;
}

/**
 * Removes the stack, its static files and its environment; with `force` its tables too, which a stack
 * otherwise leaves.
 * @throws DeployError `ERR_HOLDS_DATA` when it holds data and `force` is not given.
 */
export async function destroyApp(options: DestroyOptions, reporter: DeployReporter): Promise<void> {
  const { manifest } = options;
  const clients = createAwsClients(manifest.aws);
  const stackName = stackNameOf(manifest.app, options.stage, options.name);
  try {
    const stack = await describeStack(clients, stackName);
    const environment = await readEnvironment(clients, stackName);
    // An interrupted destroy may have left only the variables.
    if (stack === null && environment.size === 0)
      throw new DeployError("ERR_STACK_MISSING", `The stack ${stackName} is not deployed`);
    if (stack !== null) await destroyStack(clients, stack, options, reporter);
    const artifacts = await artifactBucket(clients, manifest.aws.bucket);
    await emptyBucket(clients, artifacts.name, `${stackName}/`);
    for (const name of environment.keys()) await removeEnvironment(clients, stackName, name);
  } catch (error) {
    throw explainAwsError(error);
  } finally {
    await clients.close();
  }
}

async function destroyStack(
  clients: AwsClients,
  stack: Stack,
  { manifest, force }: DestroyOptions,
  reporter: DeployReporter,
): Promise<void> {
  const { StackName: stackName = "" } = stack;
  const bucket = outputsOf(stack).get("StaticBucket");
  const resources = await stackResources(clients, stackName);
  const tables = manifest.tables.flatMap(({ name }) => resources.get(tableLogicalId(name)) ?? []);
  if (!force && (tables.length > 0 || bucket !== undefined))
    throw new DeployError("ERR_HOLDS_DATA", `The stack ${stackName} holds tables or files`, {
      hints: ["Give --force to destroy them with it. There is no way back."],
    });
  if (bucket !== undefined) await emptyBucket(clients, bucket);
  // Before the stack, which names them: after an interruption a rerun finds the rest of them.
  await deleteTables(clients, tables);
  await deleteStack(clients, stackName, new Map(), reporter);
}
