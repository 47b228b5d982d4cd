import type { ArtifactBucket } from "./assets/artifact-bucket.ts";
import type { FunctionPackage } from "./assets/package-functions.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { DeployError } from "./errors.ts";
import { forEachConcurrently } from "./aws/for-each-concurrently.ts";
import type { DeployReporter } from "./reporter.ts";
import { deployedFunction, stackResources } from "./stack/stack-state.ts";

/** Lambda allows 15 control plane changes per second and account (its quotas). */
const concurrentUpdates = 8;
/** Seconds to wait for Lambda to apply new code. */
const updateSeconds = 120;

/**
 * Updates functions' code from archives in the bucket, directly through Lambda. Functions that are up to date are
 * skipped. Returns how many changed.
 */
export async function updateCode(
  clients: AwsClients,
  stackName: string,
  bucket: ArtifactBucket,
  packages: readonly Pick<FunctionPackage, "functionId" | "key" | "codeSha256">[],
  reporter: DeployReporter,
): Promise<number> {
  const [sdk, lambda, resources] = await Promise.all([
    import("@aws-sdk/client-lambda"),
    clients.lambda(),
    stackResources(clients, stackName),
  ]);
  const unknown = packages.find(
    ({ functionId }) => deployedFunction(resources, functionId) === null,
  );
  if (unknown !== undefined)
    throw new DeployError(
      "ERR_FUNCTION_UNKNOWN",
      `${unknown.functionId} has not been deployed yet`,
      {
        hints: ["Run `arclet deploy` without --fast to create it."],
      },
    );
  let changed = 0;
  await forEachConcurrently(packages, concurrentUpdates, async (one) => {
    const { functionId, key, codeSha256 } = one;
    const name = deployedFunction(resources, functionId)?.physicalId;
    const running = await lambda.send(
      new sdk.GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    if (running.CodeSha256 === codeSha256) {
      reporter.report({ type: "up-to-date", what: functionId });
      return;
    }
    await lambda.send(
      new sdk.UpdateFunctionCodeCommand({
        FunctionName: name,
        S3Bucket: bucket.name,
        S3Key: key,
      }),
    );
    await sdk.waitUntilFunctionUpdatedV2(
      { client: lambda, maxWaitTime: updateSeconds },
      { FunctionName: name },
    );
    changed += 1;
    reporter.report({ type: "code-updated", functionId });
  });
  return changed;
}
