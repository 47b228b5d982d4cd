import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuiltFunction } from "@arclet/build";
import type { Project } from "@arclet/manifest";
import {
  artifactBucketName,
  contentKey,
  ensureArtifactBucket,
  putIfMissing,
} from "./assets/artifact-bucket.ts";
import {
  packageFunctions,
  type FunctionPackage,
  type ZipDirectory,
} from "./assets/package-functions.ts";
import { readStaticFiles, syncStaticFiles } from "./assets/static-files.ts";
import { createAwsClients, explainAwsError, type AwsClients } from "./aws-clients.ts";
import { readEnvironment, type Stage } from "./environment.ts";
import { DeployError } from "./errors.ts";
import type { DeployReporter, StackChange } from "./reporter.ts";
import { changeStack, type StackResult } from "./stack/change-stack.ts";
import { describeStack, outputsOf, stackResources } from "./stack/stack-state.ts";
import { stackNameOf } from "./stack/stack-name.ts";
import { countResources, permissionsOf } from "./template/describe-template.ts";
import {
  environmentParameterId,
  functionLogicalId,
  type SynthesisOptions,
} from "./template/synthesis-context.ts";
import { synthesize } from "./template/synthesize.ts";
import { TemplateBuilder, type Template } from "./template/template.ts";

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

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const inlineTemplateBytes = 51_200;
/** Longest value of a parameter, same page. */
const parameterBytes = 4096;

/**
 * Brings the stack to what the project says. A rerun after an interruption goes on where it stopped.
 * @throws DeployError for what the user can mend.
 */
export async function deployApp(
  options: DeployOptions,
  reporter: DeployReporter,
): Promise<DeployResult> {
  const { manifest } = options.project;
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
  const packages = await packageAll(options, reporter);
  const bucket = await artifactBucketName(clients, manifest.aws.bucket);
  await ensureArtifactBucket(clients, bucket);
  await upload(clients, bucket, packages, reporter);
  const environment = await readEnvironment(clients, stackName);
  const { template: synthesized, origins } = synthesize(
    manifest,
    await synthesisOptions(options, stackName, packages, bucket, [...environment.keys()]),
  );
  const template = await (options.extend?.(synthesized) ?? synthesized);
  for (const [name, value] of environment)
    if (Buffer.byteLength(value) > parameterBytes)
      throw new DeployError("ERR_TEMPLATE_LIMIT", `The value of ${name} is longer than 4096 bytes`);
  const text = JSON.stringify(template);
  let source: { body: string } | { url: string } = { body: text };
  if (Buffer.byteLength(text) > inlineTemplateBytes) {
    const key = contentKey("templates", text, "json");
    const s3 = await clients.s3();
    await putIfMissing(s3, bucket, key, Buffer.from(text));
    source = { url: await objectUrl(s3, bucket, key) };
  }
  const result: StackResult = await changeStack(
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
  const { outputs } = result;
  const files = await deployStatic(options, clients, outputs, reporter);
  return resultOf(stackName, outputs, result.isChanged || files > 0);
}

async function deployPart(
  options: DeployOptions,
  clients: AwsClients,
  reporter: DeployReporter,
): Promise<DeployResult> {
  const stackName = stackNameOf(options.project.manifest.app, options.stage, options.name);
  const outputs = outputsOf(await describeStack(clients, stackName));
  if (outputs.size === 0)
    throw new DeployError("ERR_STACK_MISSING", `The stack ${stackName} is not deployed`, {
      hints: ["Run `arclet deploy` once without --fast and --static."],
    });
  const changed =
    options.mode === "static"
      ? await deployStatic(options, clients, outputs, reporter)
      : await deployCode(options, clients, stackName, reporter);
  return resultOf(stackName, outputs, changed > 0);
}

/** Code of the functions, by Lambda itself. */
async function deployCode(
  options: DeployOptions,
  clients: AwsClients,
  stackName: string,
  reporter: DeployReporter,
): Promise<number> {
  const packages = await packageAll(options, reporter);
  const bucket = await artifactBucketName(clients, options.project.manifest.aws.bucket);
  await ensureArtifactBucket(clients, bucket);
  await upload(clients, bucket, packages, reporter);
  const [sdk, lambda, resources] = await Promise.all([
    import("@aws-sdk/client-lambda"),
    clients.lambda(),
    stackResources(clients, stackName),
  ]);
  let changed = 0;
  for (const { functionId, key } of packages) {
    const name = resources.get(functionLogicalId(functionId));
    if (name === undefined)
      throw new DeployError("ERR_FUNCTION_UNKNOWN", `${functionId} is new to the stack`, {
        hints: ["Run `arclet deploy` without --fast: it makes the function."],
      });
    const before = await lambda.send(
      new sdk.GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    const after = await lambda.send(
      new sdk.UpdateFunctionCodeCommand({ FunctionName: name, S3Bucket: bucket, S3Key: key }),
    );
    if (before.CodeSha256 === after.CodeSha256) {
      reporter.report({ type: "up-to-date", what: functionId });
      continue;
    }
    await sdk.waitUntilFunctionUpdatedV2(
      { client: lambda, maxWaitTime: 120 },
      { FunctionName: name },
    );
    changed += 1;
    reporter.report({ type: "code-updated", functionId });
  }
  return changed;
}

/** Template and archives in `.arclet/deploy/<stage>`; reaches nothing outside of the machine. */
async function dryRun(options: DeployOptions, reporter: DeployReporter): Promise<DeployResult> {
  const { project } = options;
  const stackName = stackNameOf(project.manifest.app, options.stage, options.name);
  const packages = await packageAll(options, reporter);
  const settings = await synthesisOptions(
    options,
    stackName,
    packages,
    project.manifest.aws.bucket ?? "arclet-artifacts",
    [],
  );
  const synthesized = synthesize(project.manifest, settings);
  const template = await (options.extend?.(synthesized.template) ?? synthesized.template);
  const folder = join(project.root, ".arclet", "deploy", options.stage);
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "functions"), { recursive: true });
  await writeFile(join(folder, "template.json"), `${JSON.stringify(template, null, 2)}\n`);
  await Promise.all(packages.map(({ key, bytes }) => writeFile(join(folder, key), bytes)));
  const context = {
    manifest: project.manifest,
    options: settings,
    template: new TemplateBuilder(),
  };
  reporter.report({
    type: "dry-run",
    folder,
    counts: countResources(template),
    permissions: project.manifest.functions.map((declared) => permissionsOf(context, declared)),
  });
  return resultOf(stackName, new Map(), false);
}

async function packageAll(
  { built, zip }: DeployOptions,
  reporter: DeployReporter,
): Promise<readonly FunctionPackage[]> {
  const packages = await packageFunctions(built, zip);
  for (const { functionId, bytes } of packages)
    reporter.report({ type: "packaged", functionId, zipBytes: bytes.byteLength });
  return packages;
}

async function upload(
  clients: AwsClients,
  bucket: string,
  packages: readonly FunctionPackage[],
  reporter: DeployReporter,
): Promise<void> {
  const s3 = await clients.s3();
  await Promise.all(
    [...new Map(packages.map((one) => [one.key, one])).values()].map(async (one) => {
      const isNew = await putIfMissing(s3, bucket, one.key, one.bytes);
      reporter.report(
        isNew
          ? { type: "uploaded", what: one.functionId, bytes: one.bytes.byteLength }
          : { type: "up-to-date", what: one.functionId },
      );
    }),
  );
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
  return syncStaticFiles(clients, bucket, objects, settings.prune, reporter);
}

async function objectUrl(
  s3: Awaited<ReturnType<AwsClients["s3"]>>,
  bucket: string,
  key: string,
): Promise<string> {
  const endpoint = process.env["AWS_ENDPOINT_URL_S3"] ?? process.env["AWS_ENDPOINT_URL"];
  if (endpoint !== undefined) return `${endpoint.replace(/\/$/, "")}/${bucket}/${key}`;
  const region = await s3.config.region();
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return `https://${bucket}.s3.${region}.${suffix}/${key}`;
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
