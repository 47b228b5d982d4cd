import type { Stack } from "@aws-sdk/client-cloudformation";
import { withStack, type AppOptions } from "./app-stack.ts";
import { artifactBucket, type ArtifactBucket } from "./assets/artifact-bucket.ts";
import { emptyBucket } from "./assets/empty-bucket.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { backUpTables } from "./data/back-up-tables.ts";
import { heldData, type HeldData } from "./data/held-data.ts";
import { readEnvironment, removeEnvironment } from "./environment.ts";
import { DeployError } from "./errors.ts";
import type { DeployReporter } from "./reporter.ts";
import { deleteStack } from "./stack/delete-stack.ts";
import { deleteTables } from "./stack/delete-tables.ts";
import { requireDeletable } from "./stack/deletion-refusals.ts";
import { readDestroyRecord, writeDestroyRecord } from "./stack/destroy-record.ts";
import { requireOwn } from "./stack/stack-owner.ts";
import { deployedStack, describeStack, stackResources } from "./stack/stack-state.ts";
import { waitUntilIdle } from "./stack/wait-until-idle.ts";

export interface DestroyOptions extends AppOptions {
  /** Whether to delete tables and static files too. */
  readonly force: boolean;
  /** Called for confirmation with everything that will be removed, before anything is. @default "destroy" */
  readonly confirm?: (plan: DestroyPlan) => Promise<DestroyDecision>;
}

export type DestroyDecision = "cancel" | "destroy" | "back-up-and-destroy";

/** Everything that a destroy removes. */
export interface DestroyPlan extends HeldData {
  readonly stackName: string;
  readonly region: string;
  readonly account: string;
  /** Number of the stack's resources; 0 if an earlier destroy already removed it. */
  readonly resources: number;
  /** Names of the variables of `arclet env`. */
  readonly variables: readonly string[];
}

/**
 * Removes the stack, then what it leaves behind: tables, archives and variables. Data is deleted only after
 * CloudFormation has removed the rest, so that a refusal until then loses nothing. Run it again to continue an
 * interrupted destroy.
 * @throws DeployError `ERR_STACK_PROTECTED` when AWS would refuse, `ERR_HOLDS_DATA` when it holds data
 * and `force` is not given, `ERR_NOT_CONFIRMED`
 */
export function destroyApp(options: DestroyOptions, reporter: DeployReporter): Promise<void> {
  return withStack(options, async (clients, stackName) => {
    const { manifest } = options;
    const [artifacts, environment] = await Promise.all([
      artifactBucket(clients, manifest.aws.bucket),
      readEnvironment(clients, stackName),
    ]);
    const record = await readDestroyRecord(clients, artifacts, stackName);
    const stack =
      record === null && environment.size === 0
        ? await deployedStack(clients, stackName)
        : await describeStack(clients, stackName);
    const living = stack === null ? null : await idleStack(clients, stack, manifest.app, reporter);
    const data = await heldData(
      clients,
      living === null ? new Map() : await stackResources(clients, stackName),
      // If the recorded stack still exists, CloudFormation had refused its deletion.
      record === null || record.stackId === living?.stack.StackId ? [] : record.tables,
    );
    requireUnprotected(data);
    if (!options.force && holdsData(data))
      throw new DeployError("ERR_HOLDS_DATA", `The stack ${stackName} holds tables or files`, {
        hints: [
          ...data.tables.map(({ name, items }) => `table ${name}, about ${items} items`),
          ...data.buckets.map(({ name }) => `files in ${name}`),
          "Pass --force to delete them too. This cannot be undone.",
        ],
      });
    const variables = [...environment.keys()];
    const plan = {
      ...data,
      stackName,
      region: artifacts.region,
      account: artifacts.owner,
      resources: living?.resources ?? 0,
      variables,
    };
    const decision = (await options.confirm?.(plan)) ?? "destroy";
    if (decision === "cancel") throw new DeployError("ERR_NOT_CONFIRMED", "Nothing was removed");
    if (decision === "back-up-and-destroy") await backUpTables(clients, data.tables, reporter);
    await carryOut(clients, artifacts, living?.stack ?? null, data, reporter, stackName);
    for (const name of variables) await removeEnvironment(clients, stackName, name);
    // Last, because it holds the record of what an interrupted destroy must still remove.
    await emptyBucket(clients, artifacts.name, `${stackName}/`);
  });
}

/** Waits until the stack is idle and can be deleted; null if it has been deleted in the meantime. */
async function idleStack(
  clients: AwsClients,
  stack: Stack,
  app: string,
  reporter: DeployReporter,
): Promise<{ readonly stack: Stack; readonly resources: number } | null> {
  await requireOwn(clients, stack, app);
  // A stack that is being changed is not deleted, and nothing that it has may go before it.
  if ((await waitUntilIdle(clients, stack, new Map(), reporter)) === "DELETE_COMPLETE") return null;
  await requireDeletable(clients, stack);
  const resources = await stackResources(clients, stack.StackName ?? "");
  return { stack, resources: resources.size };
}

async function carryOut(
  clients: AwsClients,
  artifacts: ArtifactBucket,
  stack: Stack | null,
  { tables, buckets }: HeldData,
  reporter: DeployReporter,
  stackName: string,
): Promise<void> {
  const names = tables.map(({ name }) => name);
  if (stack !== null) {
    // Record the tables before deleting the stack, which knows their names, so that a rerun finds them.
    if (names.length > 0)
      await writeDestroyRecord(clients, artifacts, stackName, {
        stackId: stack.StackId ?? "",
        tables: names,
      });
    await deleteStack(clients, stack, new Map(), reporter, {
      emptied: buckets.map(({ name }) => name),
    });
  }
  await deleteTables(clients, names);
  for (const tableName of names) reporter.report({ type: "table-deleted", tableName });
}

function holdsData({ tables, buckets }: HeldData): boolean {
  return tables.length > 0 || buckets.length > 0;
}

function requireUnprotected({ tables }: HeldData): void {
  const kept = tables.find(({ isProtected }) => isProtected);
  if (kept === undefined) return;
  throw new DeployError(
    "ERR_STACK_PROTECTED",
    `The table ${kept.name} has deletion protection; nothing was removed`,
    {
      hints: [
        `Switch it off: aws dynamodb update-table --table-name ${kept.name} --no-deletion-protection-enabled`,
      ],
    },
  );
}
