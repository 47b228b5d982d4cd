import type { Stack } from "@aws-sdk/client-cloudformation";
import { artifactBucket, type ArtifactBucket } from "./assets/artifact-bucket.ts";
import { packageFunctions, type FunctionPackage } from "./assets/package-functions.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import type { DeployOptions } from "./deploy-options.ts";
import { readArchitectsEnvironment, readEnvironment, type Environment } from "./environment.ts";
import type { DeployReporter } from "./reporter.ts";
import { deployedTemplate } from "./stack/deployed-template.ts";
import { ownerOf } from "./stack/stack-owner.ts";
import { describeStack } from "./stack/stack-state.ts";
import { projectTemplate, type DeployedStack } from "./synthesis/project-template.ts";
import type { Synthesis } from "./synthesis/synthesize.ts";

/** Everything that a deploy brings, and what it finds: nothing was made or sent. */
export interface PreparedDeploy {
  readonly packages: readonly FunctionPackage[];
  readonly environment: Environment;
  readonly bucket: ArtifactBucket;
  /** null: there is no stack yet. */
  readonly stack: Stack | null;
  readonly deployed: DeployedStack | null;
  readonly synthesis: Synthesis;
}

/** @throws DeployError for what the user can fix, such as `ERR_STACK_FOREIGN` */
export async function prepareDeploy(
  options: DeployOptions,
  clients: AwsClients,
  stackName: string,
  reporter: DeployReporter,
): Promise<PreparedDeploy> {
  const { project, built, archiver, stage } = options;
  const { manifest, functions } = project;
  const [packages, own, bucket, found] = await Promise.all([
    packageFunctions(functions, built, archiver, stackName, reporter),
    readEnvironment(clients, stackName),
    artifactBucket(clients, manifest.aws.bucket),
    findStack(clients, stackName, manifest.app),
  ]);
  const { stack, deployed } = found;
  reporter.report({ type: "target", stackName, region: bucket.region, account: bucket.owner });
  const environment =
    deployed?.isAdopted === true
      ? new Map([...(await readArchitectsEnvironment(clients, manifest.app, stage)), ...own])
      : own;
  const synthesis = await projectTemplate(
    options,
    stackName,
    packages,
    bucket.name,
    environment,
    deployed,
  );
  return { packages, environment, bucket, stack, deployed, synthesis };
}

/** The stack and its template; null for what is not there, or was never whole. */
async function findStack(
  clients: AwsClients,
  stackName: string,
  app: string,
): Promise<{ readonly stack: Stack | null; readonly deployed: DeployedStack | null }> {
  const stack = await describeStack(clients, stackName);
  if (stack === null) return { stack, deployed: null };
  const owner = await ownerOf(clients, stack, app);
  if (owner.type === "architect")
    return { stack, deployed: { template: owner.template.processed, isAdopted: true } };
  // Nothing of these stacks is there.
  const isEmpty = /^(REVIEW_IN_PROGRESS|ROLLBACK_COMPLETE|DELETE_)/.test(stack.StackStatus ?? "");
  const template = isEmpty ? null : await deployedTemplate(clients, stack.StackId ?? stackName);
  return {
    stack,
    deployed: template === null ? null : { template: template.processed, isAdopted: false },
  };
}
