import type { Manifest } from "@arclet/manifest";
import { emptyBucket } from "./assets/static-files.ts";
import { createAwsClients, explainAwsError } from "./aws-clients.ts";
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
    if (stack === null)
      throw new DeployError("ERR_STACK_MISSING", `The stack ${stackName} is not deployed`);
    const bucket = outputsOf(stack).get("StaticBucket");
    const resources = await stackResources(clients, stackName);
    const tables = manifest.tables.flatMap(({ name }) => resources.get(tableLogicalId(name)) ?? []);
    if (!options.force && (tables.length > 0 || bucket !== undefined))
      throw new DeployError("ERR_HOLDS_DATA", `The stack ${stackName} holds tables or files`, {
        hints: ["Give --force to destroy them with it. There is no way back."],
      });
    if (bucket !== undefined) await emptyBucket(clients, bucket);
    await deleteStack(clients, stackName, new Map(), reporter);
    if (tables.length > 0) await deleteTables(clients, tables);
    for (const name of (await readEnvironment(clients, stackName)).keys())
      await removeEnvironment(clients, stackName, name);
  } catch (error) {
    throw explainAwsError(error);
  } finally {
    await clients.close();
  }
}
