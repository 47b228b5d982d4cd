import { artifactBucket, openArtifactBucket } from "./assets/artifact-bucket.ts";
import { packageFunctions, uploadPackages } from "./assets/package-functions.ts";
import { ownFunctions } from "./assets/shipped-functions.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import type { DeployOptions } from "./deploy-options.ts";
import { DeployError } from "./errors.ts";
import type { DeployReporter } from "./reporter.ts";
import { recordDeploy } from "./record-deploy.ts";
import { updateCode } from "./update-code.ts";

/** `--fast`: deploys only functions' code, without CloudFormation. Returns how many changed. */
export async function deployCode(
  { project, built, archiver, only }: DeployOptions,
  clients: AwsClients,
  stackName: string,
  outputs: ReadonlyMap<string, string>,
  reporter: DeployReporter,
): Promise<number> {
  const { manifest } = project;
  const isWanted = (id: string): boolean => only?.includes(id) ?? true;
  const functions = project.functions.filter(({ id }) => isWanted(id));
  const pinned = functions.find(({ config }) => config.provisionedConcurrency !== null);
  if (pinned !== undefined)
    throw new DeployError(
      "ERR_NEEDS_FULL_DEPLOY",
      `${pinned.id} has provisioned concurrency, which only a full deploy can move to new code`,
      { hints: ["Run `arclet deploy` without --fast."] },
    );
  const packages = await packageFunctions(
    functions,
    await ownFunctions(
      project,
      built.filter(({ functionId }) => isWanted(functionId)),
    ),
    archiver,
    stackName,
    reporter,
  );
  const bucket = await artifactBucket(clients, manifest.aws.bucket);
  await openArtifactBucket(clients, bucket);
  await uploadPackages(clients, bucket, packages, reporter);
  const updated = await updateCode(clients, stackName, bucket, packages, reporter);
  await recordDeploy(clients, bucket, stackName, project, outputs, { packages });
  return updated;
}
