import { artifactBucket, openArtifactBucket } from "./assets/artifact-bucket.ts";
import { deleteBucket } from "./assets/empty-bucket.ts";
import { packageFunctions, uploadPackages } from "./assets/package-functions.ts";
import { staticFunction } from "./assets/static-function.ts";
import { withStaticMap } from "./assets/with-static-map.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { resultOf, type DeployOptions, type DeployResult } from "./deploy-options.ts";
import { deployFingerprinted, deployStatic } from "./deploy-static.ts";
import { readEnvironment } from "./environment.ts";
import type { DeployReporter, StackChange } from "./reporter.ts";
import { changeStack } from "./stack/change-stack.ts";
import { protectStack, wantedProtection } from "./stack/protect-stack.ts";
import { appTag, ownerOf, stageTag } from "./stack/stack-owner.ts";
import { describeStack, outputsOf } from "./stack/stack-state.ts";
import { deleteTables } from "./stack/delete-tables.ts";
import { templateSource } from "./stack/template-source.ts";
import { projectTemplate } from "./synthesis/project-template.ts";
import {
  environmentParameterId,
  functionLogicalId,
  staticBucketId,
} from "./template/logical-ids.ts";
import { updateCode } from "./update-code.ts";

/** Everything: the stack, the code that `--fast` has left behind it, and the static files. */
export async function deployStack(
  options: DeployOptions,
  clients: AwsClients,
  stackName: string,
  reporter: DeployReporter,
): Promise<DeployResult> {
  const { project, built, archiver } = options;
  const { manifest, functions } = project;
  const packages = await packageFunctions(
    functions,
    [...(await withStaticMap(project, built)), ...(await staticFunction(project))],
    archiver,
    stackName,
    reporter,
  );
  const environment = await readEnvironment(clients, stackName);
  const bucket = await artifactBucket(clients, manifest.aws.bucket);
  reporter.report({ type: "target", stackName, region: bucket.region, account: bucket.owner });
  const stack = await describeStack(clients, stackName);
  // Before anything is made or sent.
  if (stack !== null) await ownerOf(clients, stack, manifest.app);
  const { template, origins } = await projectTemplate(
    options,
    stackName,
    packages,
    bucket.name,
    environment,
  );
  // Nothing is made or sent before the template is within all limits.
  await openArtifactBucket(clients, bucket);
  const uploaded = await uploadPackages(clients, bucket, packages, reporter);
  // New pages name them; those of the deploy before are still there.
  const early = await deployFingerprinted(project, clients, outputsOf(stack), reporter);
  const source = await templateSource(clients, bucket, stackName, JSON.stringify(template));
  const { changes, outputs } = await changeStack(
    clients,
    {
      stackName,
      template: source,
      parameters: [...environment]
        .map(([name, { value }]) => ({
          ParameterKey: environmentParameterId(name),
          ParameterValue: value,
        }))
        .filter(({ ParameterKey: key }) => template.Parameters?.[key] !== undefined),
      tags: { [appTag]: manifest.app, [stageTag]: options.stage },
    },
    origins,
    options.confirm,
    reporter,
  );
  const wanted = wantedProtection(manifest.aws, options.stage);
  const isProtecting = await protectStack(clients, await describeStack(clients, stackName), wanted);
  if (isProtecting) reporter.report({ type: "protection", isProtected: wanted === true });
  await clearAway(clients, changes, options.deletesTables === true, reporter);
  // `--fast` changes code without CloudFormation, which then takes the older code for deployed.
  const changed = new Set(changes.map(({ logicalId }) => logicalId));
  const rest = packages.filter(({ functionId }) => !changed.has(functionLogicalId(functionId)));
  const updated = await updateCode(clients, stackName, bucket, rest, reporter);
  const files = await deployStatic(project, clients, outputs, reporter);
  const hasChanged = isProtecting || uploaded + changes.length + updated + early + files > 0;
  return resultOf(stackName, outputs, hasChanged);
}

/** What CloudFormation does not remove by itself, and that it shall go was confirmed. */
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
