import { access } from "node:fs/promises";
import { join } from "node:path";
import type { BuiltFunction } from "@arclet/build";
import type { Project } from "@arclet/manifest";
import { openArtifactBucket, putIfMissing, type ArtifactBucket } from "./assets/artifact-bucket.ts";
import { deleteBucket } from "./assets/empty-bucket.ts";
import {
  packageFunctions,
  type FunctionPackage,
  type ZipDirectory,
} from "./assets/package-functions.ts";
import { readStaticFiles } from "./assets/read-static-files.ts";
import { syncStaticFiles } from "./assets/sync-static-files.ts";
import { createAwsClients, explainAwsError, type AwsClients } from "./aws-clients.ts";
import { deployCode } from "./deploy-code.ts";
import { writeDryRun } from "./dry-run.ts";
import { checkEnvironmentSize, readEnvironment, type Stage } from "./environment.ts";
import { DeployError } from "./errors.ts";
import { forEachConcurrently } from "./for-each-concurrently.ts";
import type { DeployReporter, StackChange } from "./reporter.ts";
import { changeStack } from "./stack/change-stack.ts";
import { describeStack, outputsOf } from "./stack/stack-state.ts";
import { stackNameOf } from "./stack/stack-name.ts";
import { templateSource } from "./stack/template-source.ts";
import {
  environmentParameterId,
  functionLogicalId,
  staticBucketId,
  type SynthesisOptions,
} from "./template/synthesis-context.ts";
import { synthesize, type Synthesis } from "./template/synthesize.ts";
import type { Template } from "./template/template.ts";

export interface DeployOptions {
  readonly project: Project;
  readonly built: readonly BuiltFunction[];
  readonly zip: ZipDirectory;
  readonly stage: Stage;
  /** `--name`: a stack of its own beside the stage's. */
  readonly name: string | null;
  /** `code`: function code only, without CloudFormation; `static`: the static files only. */
  readonly mode: "all" | "code" | "static" | "dry-run";
  readonly webSocketAccessLogs: boolean;
  /** Variables of plugins, which all functions with an environment get. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Gives the template as it is to be deployed: what plugins are for. */
  readonly extend?: (template: Template) => Promise<Template>;
  /** Asked before anything that holds data is replaced or removed. */
  readonly confirm: (changes: readonly StackChange[]) => Promise<boolean>;
}

export interface DeployResult {
  readonly stackName: string;
  readonly httpUrl: string | null;
  readonly webSocketUrl: string | null;
  readonly cdnUrl: string | null;
  /** False: the stack, the code and the static files were already as the project says. */
  readonly isChanged: boolean;
}

/** Uploads at a time. */
const concurrentUploads = 8;

/**
 * Brings the stack to what the project says. A rerun after an interruption goes on where it stopped.
 * @throws DeployError for what the user can mend.
 */
export async function deployApp(
  given: DeployOptions,
  reporter: DeployReporter,
): Promise<DeployResult> {
  // The functions with what their own config.arc says, which the manifest alone does not know.
  const manifest = { ...given.project.manifest, functions: given.project.functions };
  const options = { ...given, project: { ...given.project, manifest } };
  const clients = createAwsClients(manifest.aws);
  try {
    if (options.mode === "dry-run") return await dryRun(options, reporter);
    if (options.mode === "all") return await deployAll(options, clients, reporter);
    return await deployPart(options, clients, reporter);
  } catch (error) {
    throw explainAwsError(error);
  } finally {
    await clients.close();
  }
}

async function deployAll(
  options: DeployOptions,
  clients: AwsClients,
  reporter: DeployReporter,
): Promise<DeployResult> {
  const { manifest } = options.project;
  const stackName = stackNameOf(manifest.app, options.stage, options.name);
  const packages = await packageAll(options, stackName, reporter);
  const environment = await readEnvironment(clients, stackName);
  checkEnvironmentSize(environment);
  const bucket = await openArtifactBucket(clients, manifest.aws.bucket);
  const { template, origins } = await templateOf(
    options,
    await synthesisOptions(options, stackName, packages, bucket.name, [...environment.keys()]),
  );
  const uploaded = await upload(clients, bucket, packages, reporter);
  const source = await templateSource(clients, bucket, stackName, JSON.stringify(template));
  const { changes, outputs } = await changeStack(
    clients,
    {
      stackName,
      template: source,
      parameters: [...environment]
        .map(([name, value]) => ({
          ParameterKey: environmentParameterId(name),
          ParameterValue: value,
        }))
        .filter(({ ParameterKey: key }) => template.Parameters?.[key] !== undefined),
      tags: { "arclet:app": manifest.app, "arclet:stage": options.stage },
    },
    origins,
    options.confirm,
    reporter,
  );
  for (const { action, logicalId, physicalId } of changes)
    // CloudFormation cannot delete a bucket that holds files, and that it shall go was confirmed.
    if (action === "remove" && logicalId === staticBucketId && physicalId !== null)
      await deleteBucket(clients, physicalId);
  // `--fast` changes code without CloudFormation, which then takes the older code for deployed.
  const changed = new Set(changes.map(({ logicalId }) => logicalId));
  const rest = packages.filter(({ functionId }) => !changed.has(functionLogicalId(functionId)));
  const updated = await deployCode(clients, stackName, bucket, rest, reporter);
  const files = await deployStatic(options, clients, outputs, reporter);
  return resultOf(stackName, outputs, uploaded + changes.length + updated + files > 0);
}

async function deployPart(
  options: DeployOptions,
  clients: AwsClients,
  reporter: DeployReporter,
): Promise<DeployResult> {
  const { manifest } = options.project;
  const stackName = stackNameOf(manifest.app, options.stage, options.name);
  const outputs = outputsOf(await describeStack(clients, stackName));
  if (outputs.size === 0)
    throw new DeployError("ERR_STACK_MISSING", `The stack ${stackName} is not deployed`, {
      hints: ["Run `arclet deploy` once without --fast and --static."],
    });
  if (options.mode === "static") {
    if (!outputs.has("StaticBucket"))
      throw new DeployError("ERR_STACK_MISSING", `${stackName} has no bucket for static files`, {
        hints: ["Run `arclet deploy` without --static once the folder of static files is there."],
      });
    const files = await deployStatic(options, clients, outputs, reporter);
    return resultOf(stackName, outputs, files > 0);
  }
  const pinned = manifest.functions.find(({ config }) => config.provisionedConcurrency !== null);
  if (pinned !== undefined)
    throw new DeployError(
      "ERR_NEEDS_FULL_DEPLOY",
      `${pinned.id} has provisioned concurrency, which only a full deploy moves to new code`,
      { hints: ["Run `arclet deploy` without --fast."] },
    );
  const packages = await packageAll(options, stackName, reporter);
  const bucket = await openArtifactBucket(clients, manifest.aws.bucket);
  await upload(clients, bucket, packages, reporter);
  const updated = await deployCode(clients, stackName, bucket, packages, reporter);
  return resultOf(stackName, outputs, updated > 0);
}

/** Template and archives in `.arclet/deploy/<stage>`; reaches nothing outside of the machine. */
async function dryRun(options: DeployOptions, reporter: DeployReporter): Promise<DeployResult> {
  const { manifest } = options.project;
  const stackName = stackNameOf(manifest.app, options.stage, options.name);
  const packages = await packageAll(options, stackName, reporter);
  // The account is not known without asking AWS.
  const bucket = manifest.aws.bucket ?? "arclet-artifacts";
  const settings = await synthesisOptions(options, stackName, packages, bucket, []);
  const { template } = await templateOf(options, settings);
  await writeDryRun(options.project, template, settings, packages, reporter);
  return resultOf(stackName, new Map(), false);
}

/** The template of the project as plugins leave it. */
async function templateOf(
  { project, extend }: DeployOptions,
  settings: SynthesisOptions,
): Promise<Synthesis> {
  const synthesized = synthesize(project.manifest, settings);
  if (extend === undefined) return synthesized;
  return { ...synthesized, template: await extend(synthesized.template) };
}

async function packageAll(
  { project, built, zip }: DeployOptions,
  stackName: string,
  reporter: DeployReporter,
): Promise<readonly FunctionPackage[]> {
  const packages = await packageFunctions(project.functions, built, zip, stackName);
  for (const { functionId, bytes, unzippedBytes } of packages)
    reporter.report({
      type: "packaged",
      functionId,
      zipBytes: bytes.byteLength,
      unzippedBytes,
    });
  return packages;
}

/** How many archives were new. */
async function upload(
  clients: AwsClients,
  bucket: ArtifactBucket,
  packages: readonly FunctionPackage[],
  reporter: DeployReporter,
): Promise<number> {
  const s3 = await clients.s3();
  let uploaded = 0;
  const distinct = new Map(packages.map((one) => [one.key, one])).values();
  await forEachConcurrently(distinct, concurrentUploads, async ({ functionId, key, bytes }) => {
    if (await putIfMissing(s3, bucket, key, bytes)) {
      uploaded += 1;
      reporter.report({ type: "uploaded", what: functionId, bytes: bytes.byteLength });
    } else reporter.report({ type: "up-to-date", what: functionId });
  });
  return uploaded;
}

async function synthesisOptions(
  options: DeployOptions,
  stackName: string,
  packages: readonly FunctionPackage[],
  bucket: string,
  environmentNames: readonly string[],
): Promise<SynthesisOptions> {
  return {
    stage: options.stage,
    stackName,
    assets: packages.map(({ functionId, handler, key }) => ({ functionId, handler, bucket, key })),
    environmentNames,
    variables: options.variables ?? {},
    hasStaticFiles: await hasStaticFolder(options.project),
    webSocketAccessLogs: options.webSocketAccessLogs,
  };
}

async function hasStaticFolder({ root, manifest }: Project): Promise<boolean> {
  if (manifest.static === null) return false;
  try {
    await access(join(root, manifest.static.folder));
    return true;
  } catch {
    // Declared or assumed by default, and not there: the app has no static files.
    return false;
  }
}

/** How many objects changed. */
async function deployStatic(
  options: DeployOptions,
  clients: AwsClients,
  outputs: ReadonlyMap<string, string>,
  reporter: DeployReporter,
): Promise<number> {
  const settings = options.project.manifest.static;
  const bucket = outputs.get("StaticBucket");
  if (settings === null || bucket === undefined) return 0;
  const objects = await readStaticFiles(options.project.root, settings);
  return syncStaticFiles(clients, bucket, objects, settings, reporter);
}

function resultOf(
  stackName: string,
  outputs: ReadonlyMap<string, string>,
  isChanged: boolean,
): DeployResult {
  return {
    stackName,
    httpUrl: outputs.get("HttpUrl") ?? null,
    webSocketUrl: outputs.get("WebSocketUrl") ?? null,
    cdnUrl: outputs.get("CdnUrl") ?? null,
    isChanged,
  };
}
