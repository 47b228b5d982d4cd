import type { Stack } from "@aws-sdk/client-cloudformation";
import { withStack, type AppOptions } from "./app-stack.ts";
import { artifactBucket } from "./assets/artifact-bucket.ts";
import { restoreFiles } from "./assets/kept-files.ts";
import { changeInSteps } from "./change-in-steps.ts";
import { resultOf, type DeployResult } from "./deploy-options.ts";
import { readEnvironment, type Environment } from "./environment.ts";
import { DeployError } from "./errors.ts";
import type { DeployReporter, StackChange } from "./reporter.ts";
import { deployedTemplate, nestedTemplates } from "./stack/deployed-template.ts";
import { readDeployRecords, writeDeployRecord } from "./stack/deploy-record.ts";
import { requireUsable } from "./stack/stuck-stack.ts";
import { stackTagsOf } from "./stack-tags.ts";
import { requireOwn, tagsOf } from "./stack/stack-owner.ts";
import { deployedStack, stackResources } from "./stack/stack-state.ts";
import { joinTemplates } from "./template/join-templates.ts";
import { environmentParameterId } from "./template/logical-ids.ts";
import type { Template } from "./template/template.ts";
import { requirePossibleUpdate } from "./updates/require-possible-update.ts";
import { updateCode } from "./update-code.ts";

export interface RollBackOptions extends AppOptions {
  /** Called for confirmation before resources that hold data are replaced or removed. */
  readonly confirm: (changes: readonly StackChange[]) => Promise<boolean>;
}

/**
 * Restores the previous deploy: its template, code and static files. Running it again restores the newer one.
 * Data is not changed, and variables keep their current values.
 * @throws DeployError `ERR_NO_EARLIER_DEPLOY`
 */
export function rollBack(
  options: RollBackOptions,
  reporter: DeployReporter,
): Promise<DeployResult> {
  const { manifest, stage } = options;
  return withStack(options, async (clients, stackName) => {
    const stack = await deployedStack(clients, stackName);
    await requireOwn(clients, stack, manifest.app);
    requireUsable(stackName, stack.StackStatus ?? "");
    const [bucket, environment] = await Promise.all([
      artifactBucket(clients, manifest.aws.bucket),
      readEnvironment(clients, stackName),
    ]);
    reporter.report({ type: "target", stackName, region: bucket.region, account: bucket.owner });
    const records = await readDeployRecords(clients, bucket, stackName);
    const { previous: earlier } = records;
    if (earlier === null)
      throw new DeployError(
        "ERR_NO_EARLIER_DEPLOY",
        `There is no earlier deploy of ${stackName} is kept`,
        {
          hints: ["Check out the earlier version of the project, and deploy that."],
        },
      );
    const [deployed, resources] = await Promise.all([
      deployedTemplate(clients, stackName),
      stackResources(clients, stackName),
    ]);
    const before =
      deployed === null
        ? null
        : {
            root: deployed.processed,
            nested: await nestedTemplates(clients, deployed.processed, resources),
          };
    const after = {
      root: earlier.template,
      nested: new Map(Object.entries(earlier.nested ?? {})),
    };
    if (before !== null)
      requirePossibleUpdate(joinTemplates(before), joinTemplates(after), new Map());
    const { changes, outputs } = await changeInSteps(
      clients,
      {
        stackName,
        bucket,
        before,
        after,
        physicalIdOf: (id) => resources.get(id)?.physicalId ?? null,
        parameters: parametersOf(earlier.template, environment),
        // Keep the stack's tags: those of the command line are not in the manifest.
        tags: { ...givenTags(stack), ...stackTagsOf(manifest, stage) },
      },
      new Map(),
      async (found) => {
        const risky = found.filter(({ data }) => data !== "none");
        return risky.length === 0 || options.confirm(risky);
      },
      reporter,
    );
    const code = Object.entries(earlier.code).map(([functionId, one]) => ({ functionId, ...one }));
    const updated = await updateCode(clients, stackName, bucket, code, reporter);
    const files = outputs.get("StaticBucket");
    const restored =
      files === undefined
        ? 0
        : await restoreFiles(clients, bucket, stackName, files, earlier.files);
    await writeDeployRecord(clients, bucket, stackName, records, earlier);
    return resultOf(stackName, outputs, changes.length + updated + restored > 0, changes);
  });
}

/** Tags of a stack that its deploys gave it. */
function givenTags(stack: Stack): { readonly [name: string]: string } {
  return Object.fromEntries([...tagsOf(stack)].filter(([name]) => !name.startsWith("aws:")));
}

function parametersOf(
  { Parameters: declared = {} }: Template,
  environment: Environment,
): readonly { readonly ParameterKey: string; readonly ParameterValue: string }[] {
  const values = new Map(
    [...environment].map(([name, { value }]) => [environmentParameterId(name), value]),
  );
  return Object.keys(declared).map((key) => {
    const value = values.get(key);
    if (value === undefined)
      throw new DeployError(
        "ERR_NO_EARLIER_DEPLOY",
        "The earlier deploy needs a variable that is no longer set",
        { hints: [`It was the parameter ${key}: set it again with \`arclet env --add\`.`] },
      );
    return { ParameterKey: key, ParameterValue: value };
  });
}
