import type { Stack } from "@aws-sdk/client-cloudformation";
import { artifactBucket, type ArtifactBucket } from "./assets/artifact-bucket.ts";
import { packageFunctions, type FunctionPackage } from "./assets/package-functions.ts";
import { shippedFunctions } from "./assets/shipped-functions.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { requireSettledTimeToLive } from "./data/time-to-live.ts";
import type { DeployOptions } from "./deploy-options.ts";
import { readArchitectsEnvironment, readEnvironment, type Environment } from "./environment.ts";
import { newAppSecret, secretVariable } from "./app-secret.ts";
import type { DeployReporter } from "./reporter.ts";
import { deployedTemplate, nestedTemplates } from "./stack/deployed-template.ts";
import { requireUsable } from "./stack/stuck-stack.ts";
import { ownerOf } from "./stack/stack-owner.ts";
import { describeStack, stackResources, type StackResource } from "./stack/stack-state.ts";
import type { DeployedStack } from "./synthesis/keep-deployed-ids.ts";
import { projectTemplate, type ProjectTemplates } from "./synthesis/project-template.ts";

/** Everything that a deploy needs and finds, before it creates or sends anything. */
export interface PreparedDeploy {
  readonly packages: readonly FunctionPackage[];
  readonly environment: Environment;
  /** New secret for sessions and tickets; null to keep the current one. */
  readonly secret: string | null;
  readonly bucket: ArtifactBucket;
  /** null: there is no stack yet. */
  readonly stack: Stack | null;
  readonly deployed: DeployedStack | null;
  /** Of the stack and its nested stacks, by logical id. */
  readonly resources: ReadonlyMap<string, StackResource>;
  readonly synthesis: ProjectTemplates;
}

type FoundStack = Pick<PreparedDeploy, "stack" | "deployed" | "resources">;

/** @throws DeployError for what the user can fix, such as `ERR_STACK_FOREIGN`, `ERR_UPDATE_REFUSED` */
export async function prepareDeploy(
  options: DeployOptions,
  clients: AwsClients,
  stackName: string,
  reporter: DeployReporter,
): Promise<PreparedDeploy> {
  const { project, built, archiver, stage } = options;
  const { manifest, functions } = project;
  const shipped = await shippedFunctions(project, built);
  const [packages, own, bucket, found] = await Promise.all([
    packageFunctions(functions, shipped, archiver, stackName, reporter),
    readEnvironment(clients, stackName),
    artifactBucket(clients, manifest.aws.bucket),
    findStack(clients, stackName, manifest.app),
  ]);
  const { deployed } = found;
  reporter.report({ type: "target", stackName, region: bucket.region, account: bucket.owner });
  const given =
    deployed?.isAdopted === true
      ? new Map([...(await readArchitectsEnvironment(clients, manifest.app, stage)), ...own])
      : own;
  const secret = newAppSecret(manifest, packages, given);
  const environment =
    secret === null
      ? given
      : new Map([...given, [secretVariable, { value: secret, revision: "new" }]]);
  const synthesis = await projectTemplate(
    options,
    stackName,
    packages,
    bucket.name,
    environment,
    deployed,
  );
  if (deployed !== null)
    await requireSettledTimeToLive(
      clients,
      deployed.template,
      synthesis.template,
      found.resources,
      synthesis.origins,
    );
  return { packages, environment, secret, bucket, ...found, synthesis };
}

/** The stack and its template; null if missing or never complete. */
async function findStack(clients: AwsClients, stackName: string, app: string): Promise<FoundStack> {
  const stack = await describeStack(clients, stackName);
  if (stack === null) return nothing(null);
  const owner = await ownerOf(clients, stack, app);
  requireUsable(stackName, stack.StackStatus ?? "");
  // Nothing of these stacks is there.
  if (/^(REVIEW_IN_PROGRESS|ROLLBACK_COMPLETE|DELETE_)/.test(stack.StackStatus ?? ""))
    return nothing(stack);
  const [template, resources] = await Promise.all([
    owner.type === "architect"
      ? owner.template
      : deployedTemplate(clients, stack.StackId ?? stackName),
    stackResources(clients, stackName),
  ]);
  if (template === null) return { stack, deployed: null, resources };
  const physicalIds = new Map([...resources].map(([id, { physicalId }]) => [id, physicalId]));
  const isAdopted = owner.type === "architect";
  const nested = await nestedTemplates(clients, template.processed, resources);
  return {
    stack,
    deployed: { template: template.processed, nested, physicalIds, isAdopted },
    resources,
  };
}

function nothing(stack: Stack | null): FoundStack {
  return { stack, deployed: null, resources: new Map() };
}
