import { withStack, type AppOptions } from "./app-stack.ts";
import { readStaticFiles } from "./assets/read-static-files.ts";
import { staticDifference, type StaticDifference } from "./assets/static-difference.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { forEachConcurrently } from "./aws/for-each-concurrently.ts";
import type { DeployOptions } from "./deploy-options.ts";
import { prepareDeploy, type PreparedDeploy } from "./prepare-deploy.ts";
import { plannedChanges, type PlannedChange } from "./planned-changes.ts";
import type { DeployReporter } from "./reporter.ts";
import { wantedProtection } from "./stack/protect-stack.ts";
import { stackTagsOf } from "./stack-tags.ts";
import { tagsOf } from "./stack/stack-owner.ts";
import { deployedFunction, type StackResource } from "./stack/stack-state.ts";
import { isWebsite } from "./synthesis/buckets-as-deployed.ts";
import { canonicalValue } from "./template/canonical-value.ts";
import { joinedId, type StackTemplates } from "./template/join-templates.ts";
import { functionLogicalId, functionStackId, staticBucketId } from "./template/logical-ids.ts";
import type { Template, TemplateOutput } from "./template/template.ts";
import { stepDifferences } from "./updates/step-differences.ts";
import { updateSteps, type UpdateStep } from "./updates/update-steps.ts";

/** The changes a deploy would make. */
export interface DeployPlan {
  readonly stackName: string;
  readonly region: string;
  readonly account: string;
  /** `adopted`: Architect made the stack, and the deploy would take it over. */
  readonly stack: "new" | "existing" | "adopted";
  readonly changes: readonly PlannedChange[];
  /** Descriptions of each update, if AWS requires several; empty for a single update. */
  readonly steps: readonly (readonly string[])[];
  /** Names of the stack's outputs that would differ. */
  readonly outputs: readonly string[];
  /** Tags of the stack that would be set or removed; null means no such tag before or after. */
  readonly tags: readonly {
    readonly name: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
  /** Change of termination protection; null for no change. */
  readonly protection: { readonly from: boolean; readonly to: boolean } | null;
  /** Functions whose running code differs from the project's, in addition to `changes`. */
  readonly code: readonly string[];
  /** Names of variables whose deployed values differ from those of `arclet env`. */
  readonly variables: readonly string[];
  readonly staticFiles: StaticDifference;
  /** The bucket of static files, if it is still public because Architect created it; otherwise null. */
  readonly publicBucket: string | null;
  readonly hasChanges: boolean;
}

/** Concurrent function lookups; GetFunctionConfiguration allows 100 calls per second (Lambda's quotas). */
const concurrentFunctions = 8;

/**
 * Compares the deployed app with the project: template, tags, code, variables, static files and protection.
 * Uploads and creates nothing, and leaves no change set.
 * @throws DeployError for anything that would make the deploy fail before it starts
 */
export function planApp(
  options: Omit<DeployOptions, "mode" | "confirm">,
  reporter: DeployReporter,
): Promise<DeployPlan> {
  const { project, stage, name, profile = null, region = null } = options;
  const app: AppOptions = { manifest: project.manifest, stage, name, profile, region };
  const whole: DeployOptions = { ...options, mode: "all", confirm: () => Promise.resolve(false) };
  return withStack(app, async (clients, stackName) => {
    const prepared = await prepareDeploy(whole, clients, stackName, reporter);
    const { resources } = prepared;
    const steps = stepsOf(prepared);
    const changes = plannedChanges(
      stepDifferences(deployedTemplates(prepared), steps, prepared.synthesis.nested),
      (id) => resources.get(id)?.physicalId ?? null,
      prepared.synthesis.origins,
    );
    const [running, staticFiles] = await Promise.all([
      runningFunctions(clients, prepared, resources, changes),
      plannedFiles(whole, clients, prepared, resources),
    ]);
    const { bucket, stack, deployed } = prepared;
    const tags = plannedTags(prepared, stackTagsOf(project.manifest, stage, options.tags));
    const outputs = changedOutputs(deployed?.template ?? null, prepared.synthesis.template);
    const wanted = wantedProtection(project.manifest.aws, stage);
    const from = stack?.EnableTerminationProtection ?? false;
    const protection = wanted === null || wanted === from ? null : { from, to: wanted };
    return {
      stackName,
      region: bucket.region,
      account: bucket.owner,
      stack: deployed === null ? "new" : deployed.isAdopted ? "adopted" : "existing",
      changes,
      steps: steps.length === 1 ? [] : steps.map(({ texts }) => texts),
      outputs,
      tags,
      protection,
      ...running,
      staticFiles,
      publicBucket: stillPublic(prepared, project.manifest.static?.private ?? null),
      hasChanges:
        [
          changes,
          outputs,
          tags,
          running.code,
          running.variables,
          staticFiles.put,
          staticFiles.delete,
        ].some(({ length }) => length > 0) || protection !== null,
    };
  });
}

/** @param isPrivate As the manifest says; null: it does not. */
function stillPublic(
  { synthesis, resources }: PreparedDeploy,
  isPrivate: boolean | null,
): string | null {
  return isPrivate === null && isWebsite(synthesis.template, staticBucketId)
    ? (resources.get(staticBucketId)?.physicalId ?? null)
    : null;
}

function deployedTemplates({ deployed }: PreparedDeploy): StackTemplates | null {
  return deployed === null ? null : { root: deployed.template, nested: deployed.nested };
}

function stepsOf({ deployed, synthesis }: PreparedDeploy): readonly UpdateStep[] {
  return updateSteps(deployed?.template ?? null, synthesis.template, {
    labelOf: (id) => synthesis.origins.get(id)?.label ?? id,
    isMainFirst: deployed?.isAdopted === true,
  });
}

function changedOutputs(before: Template | null, after: Template): readonly string[] {
  const old = before?.Outputs ?? {};
  const names = new Set([...Object.keys(old), ...Object.keys(after.Outputs)]);
  const textOf = (output: TemplateOutput | undefined): string | null =>
    output === undefined ? null : JSON.stringify(canonicalValue(output.Value));
  return [...names].filter((name) => textOf(old[name]) !== textOf(after.Outputs[name])).toSorted();
}

function plannedTags(
  { stack }: PreparedDeploy,
  wanted: { readonly [name: string]: string },
): DeployPlan["tags"] {
  const present = stack === null ? new Map<string, string>() : tagsOf(stack);
  // A deploy gives the stack these tags and no others; AWS's own are not the stack's to lose.
  const names = new Set([
    ...Object.keys(wanted),
    ...[...present.keys()].filter((name) => !name.startsWith("aws:")),
  ]);
  return [...names].flatMap((name) => {
    const from = present.get(name) ?? null;
    const to = Object.hasOwn(wanted, name) ? (wanted[name] ?? null) : null;
    return from === to ? [] : [{ name, from, to }];
  });
}

/** Differences not visible in the template: code deployed with `--fast`, and variables set since the last deploy. */
async function runningFunctions(
  clients: AwsClients,
  { packages, environment, synthesis }: PreparedDeploy,
  resources: ReadonlyMap<string, StackResource>,
  changes: readonly PlannedChange[],
): Promise<Pick<DeployPlan, "code" | "variables">> {
  const changed = new Set(changes.map(({ logicalId }) => logicalId));
  const code: string[] = [];
  const variables = new Set<string>();
  const [{ GetFunctionConfigurationCommand }, client] = await Promise.all([
    import("@aws-sdk/client-lambda"),
    clients.lambda(),
  ]);
  await forEachConcurrently(packages, concurrentFunctions, async ({ functionId, codeSha256 }) => {
    const name = deployedFunction(resources, functionId)?.physicalId;
    if (name === undefined) return;
    const plain = functionLogicalId(functionId);
    const nestedId = joinedId(functionStackId(functionId), plain);
    const id = synthesis.joined.Resources[nestedId] === undefined ? plain : nestedId;
    const running = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    if (running.CodeSha256 !== codeSha256 && !changed.has(id)) code.push(functionId);
    const given = running.Environment?.Variables ?? {};
    const taken = environmentOf(synthesis.joined.Resources[id]?.Properties?.["Environment"]);
    for (const [variable, { value }] of environment)
      if (taken.has(variable) && given[variable] !== value) variables.add(variable);
  });
  return { code: code.toSorted(), variables: [...variables].toSorted() };
}

/** Names of the variables that a function has. */
function environmentOf(value: unknown): ReadonlySet<string> {
  const { Variables: variables = {} } = (value ?? {}) as { readonly Variables?: object };
  return new Set(Object.keys(variables));
}

async function plannedFiles(
  { project }: DeployOptions,
  clients: AwsClients,
  { synthesis }: PreparedDeploy,
  resources: ReadonlyMap<string, StackResource>,
): Promise<StaticDifference> {
  const settings = project.manifest.static;
  if (settings === null || synthesis.template.Resources[staticBucketId] === undefined)
    return { put: [], delete: [] };
  const objects = await readStaticFiles(project.root, settings);
  return staticDifference(
    clients,
    resources.get(staticBucketId)?.physicalId ?? null,
    objects,
    settings,
  );
}
