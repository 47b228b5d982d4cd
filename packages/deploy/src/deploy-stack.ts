import { secretVariable } from "./app-secret.ts";
import { openArtifactBucket } from "./assets/artifact-bucket.ts";
import { deleteBucket } from "./assets/empty-bucket.ts";
import { uploadPackages } from "./assets/package-functions.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { changeInSteps } from "./change-in-steps.ts";
import { resultOf, type DeployOptions, type DeployResult } from "./deploy-options.ts";
import { deployFingerprinted, deployStatic } from "./deploy-static.ts";
import { addEnvironment, type Environment } from "./environment.ts";
import { prepareDeploy, type PreparedDeploy } from "./prepare-deploy.ts";
import type { DeployReporter, StackChange } from "./reporter.ts";
import { deleteTables } from "./stack/delete-tables.ts";
import { stackTagsOf } from "./stack-tags.ts";
import { protectStack, wantedProtection } from "./stack/protect-stack.ts";
import { describeStack, outputsOf } from "./stack/stack-state.ts";
import { joinedId } from "./template/join-templates.ts";
import {
  environmentParameterId,
  functionLogicalId,
  functionStackId,
  staticBucketId,
} from "./template/logical-ids.ts";
import { recordDeploy } from "./record-deploy.ts";
import { updateCode } from "./update-code.ts";

/** Deploys everything: stack, code and static files. */
export async function deployStack(
  options: DeployOptions,
  clients: AwsClients,
  stackName: string,
  reporter: DeployReporter,
): Promise<DeployResult> {
  const { project, stage } = options;
  const { manifest } = project;
  // Check all limits of the template before creating or sending anything.
  const prepared = await prepareDeploy(options, clients, stackName, reporter);
  const { packages, environment, bucket, synthesis } = prepared;
  const { template, nested, origins } = synthesis;
  const { deployed } = prepared;
  await openArtifactBucket(clients, bucket);
  // Store the secret before it is used, so that a rerun after a failure uses the same one.
  if (prepared.secret !== null)
    await addEnvironment(clients, stackName, secretVariable, prepared.secret);
  const uploaded = await uploadPackages(clients, bucket, packages, reporter);
  // New pages refer to these files; those of the previous deploy still exist.
  const early = await deployFingerprinted(project, clients, outputsOf(prepared.stack), reporter);
  const { changes, outputs } = await changeInSteps(
    clients,
    {
      stackName,
      bucket,
      before: deployed === null ? null : { root: deployed.template, nested: deployed.nested },
      after: { root: template, nested },
      isAdopted: deployed?.isAdopted === true,
      physicalIdOf: (id) => prepared.resources.get(id)?.physicalId ?? null,
      parameters: [...environment]
        .map(([name, { value }]) => ({
          ParameterKey: environmentParameterId(name),
          ParameterValue: value,
        }))
        .filter(({ ParameterKey: key }) => template.Parameters?.[key] !== undefined),
      tags: stackTagsOf(manifest, stage, options.tags),
    },
    origins,
    (found) => confirmed(options, clients, stackName, prepared, found),
    reporter,
  );
  const wanted = wantedProtection(manifest.aws, stage);
  const isProtecting = await protectStack(clients, await describeStack(clients, stackName), wanted);
  if (isProtecting) reporter.report({ type: "protection", isProtected: wanted === true });
  await clearAway(clients, changes, options.deletesTables === true, reporter);
  // `--fast` changes code without CloudFormation, which still assumes the older code.
  const changed = new Set(changes.map(({ logicalId }) => logicalId));
  const isChanged = (functionId: string): boolean => {
    const id = functionLogicalId(functionId);
    return changed.has(id) || changed.has(joinedId(functionStackId(functionId), id));
  };
  const rest = packages.filter(({ functionId }) => !isChanged(functionId));
  const updated = await updateCode(clients, stackName, bucket, rest, reporter);
  const files = await deployStatic(project, clients, outputs, reporter);
  await recordDeploy(clients, bucket, stackName, project, outputs, {
    template,
    nested,
    packages,
  });
  const hasChanged = isProtecting || uploaded + changes.length + updated + early + files > 0;
  return resultOf(stackName, outputs, hasChanged, changes);
}

/** Asks for confirmation of a takeover and of data loss. */
async function confirmed(
  { confirm, confirmAdoption }: DeployOptions,
  clients: AwsClients,
  stackName: string,
  { deployed, environment }: PreparedDeploy,
  changes: readonly StackChange[],
): Promise<boolean> {
  const isAdopted = deployed?.isAdopted === true;
  if (isAdopted && (await confirmAdoption?.(changes)) !== true) return false;
  const risky = changes.filter(({ data }) => data !== "none");
  if (risky.length > 0 && !(await confirm(risky))) return false;
  // Before the takeover: afterwards, only Arclet's own variables are read.
  if (isAdopted) await takeOverEnvironment(clients, stackName, environment);
  return true;
}

async function takeOverEnvironment(
  clients: AwsClients,
  stackName: string,
  environment: Environment,
): Promise<void> {
  for (const [name, { value }] of environment)
    await addEnvironment(clients, stackName, name, value);
}

/** Removes confirmed resources that CloudFormation does not remove itself. */
async function clearAway(
  clients: AwsClients,
  changes: readonly StackChange[],
  deletesTables: boolean,
  reporter: DeployReporter,
): Promise<void> {
  for (const { action, type, logicalId, physicalId, data } of changes) {
    if (physicalId === null || data === "none") continue;
    // It cannot delete a bucket that holds files.
    if (action === "remove" && logicalId === staticBucketId)
      await deleteBucket(clients, physicalId);
    if (data !== "kept" || type !== "AWS::DynamoDB::Table") continue;
    if (deletesTables) await deleteTables(clients, [physicalId]);
    else reporter.report({ type: "table-kept", tableName: physicalId });
  }
}
