import { withStack } from "./app-stack.ts";
import { artifactBucket } from "./assets/artifact-bucket.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { checkLogins } from "./app-secret.ts";
import { deployCode } from "./deploy-code.ts";
import { resultOf, type DeployOptions, type DeployResult } from "./deploy-options.ts";
import { deployStack } from "./deploy-stack.ts";
import { deployStatic } from "./deploy-static.ts";
import { dryRun } from "./dry-run.ts";
import { DeployError } from "./errors.ts";
import { recordDeploy } from "./record-deploy.ts";
import type { DeployReporter } from "./reporter.ts";
import { stackNameOf } from "./stack/stack-name.ts";
import { requireOwn } from "./stack/stack-owner.ts";
import { describeStack, outputsOf } from "./stack/stack-state.ts";

/**
 * Deploys the project. A rerun after an interruption continues where it stopped.
 * @throws DeployError for what the user can fix.
 */
export async function deployApp(
  options: DeployOptions,
  reporter: DeployReporter,
): Promise<DeployResult> {
  const { stage, name, mode, profile = null, region = null } = options;
  const { manifest } = options.project;
  checkLogins(manifest);
  if (mode === "dry-run") {
    const stackName = stackNameOf(manifest.app, stage, name);
    await dryRun(options, stackName, reporter);
    return resultOf(stackName, new Map(), false);
  }
  const deploy = mode === "all" ? deployStack : deployPart;
  return withStack({ manifest, stage, name, profile, region }, (clients, stackName) =>
    deploy(options, clients, stackName, reporter),
  );
}

/** Deploys parts of an existing stack without CloudFormation. */
async function deployPart(
  options: DeployOptions,
  clients: AwsClients,
  stackName: string,
  reporter: DeployReporter,
): Promise<DeployResult> {
  const stack = await describeStack(clients, stackName);
  if (stack !== null) await requireOwn(clients, stack, options.project.manifest.app);
  const outputs = outputsOf(stack);
  if (outputs.size === 0)
    throw new DeployError("ERR_STACK_MISSING", `The stack ${stackName} is not deployed`, {
      hints: ["Run `arclet deploy` once without --fast and --static."],
    });
  if (options.mode === "code") {
    const updated = await deployCode(options, clients, stackName, outputs, reporter);
    return resultOf(stackName, outputs, updated > 0);
  }
  if (!outputs.has("StaticBucket"))
    throw new DeployError("ERR_STACK_MISSING", `${stackName} has no bucket for static files`, {
      hints: ["Run `arclet deploy` without --static once the folder of static files is there."],
    });
  const bucket = await artifactBucket(clients, options.project.manifest.aws.bucket);
  const files = await deployStatic(options.project, clients, outputs, reporter);
  await recordDeploy(clients, bucket, stackName, options.project, outputs, {});
  return resultOf(stackName, outputs, files > 0);
}
