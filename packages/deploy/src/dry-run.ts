import { statSync, type Dirent } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { systemErrorCode } from "@arclet/manifest";
import { packageFunctions, type FunctionPackage } from "./assets/package-functions.ts";
import { readStaticFiles } from "./assets/read-static-files.ts";
import { readUpload } from "./assets/static-upload.ts";
import { shippedFunctions } from "./assets/shipped-functions.ts";
import type { DeployOptions } from "./deploy-options.ts";
import { forEachConcurrently } from "./aws/for-each-concurrently.ts";
import type { DeployReporter } from "./reporter.ts";
import { countResources, permissionsOf } from "./template/describe-template.ts";
import { nestedTemplateKey } from "./synthesis/nest-functions.ts";
import { projectTemplate } from "./synthesis/project-template.ts";
import { staticBucketId } from "./template/logical-ids.ts";

/** Files written concurrently, each in memory. */
const concurrentWrites = 8;

/**
 * Template, archives and static files in `.arclet/deploy/<stage>`, as they would be uploaded: archives
 * under their keys in the artifact bucket, static files below `static/`. Makes no network requests.
 */
export async function dryRun(
  options: DeployOptions,
  stackName: string,
  reporter: DeployReporter,
): Promise<void> {
  const { project, built, archiver, stage } = options;
  const { manifest, functions, root } = project;
  const packages = await packageFunctions(
    functions,
    await shippedFunctions(project, built),
    archiver,
    stackName,
    reporter,
  );
  // The account, and so the bucket's whole name, is not known without asking AWS, nor are variables.
  const bucket = manifest.aws.bucket ?? "arclet-artifacts";
  const { template, nested, joined, origins } = await projectTemplate(
    options,
    stackName,
    packages,
    bucket,
    new Map(),
    null,
  );
  const folder = join(root, ".arclet", "deploy", stage);
  const present = await clearedFolder(folder, packages);
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  };
  await write("template.json", `${JSON.stringify(template, null, 2)}\n`);
  for (const one of nested.values())
    await write(nestedTemplateKey(stackName, one), `${JSON.stringify(one, null, 2)}\n`);
  await forEachConcurrently(
    packages.filter(({ key }) => !present.has(key)),
    concurrentWrites,
    async ({ key, archive }) => write(key, await archive.read()),
  );
  const settings = template.Resources[staticBucketId] === undefined ? null : manifest.static;
  const objects = settings === null ? [] : await readStaticFiles(root, settings);
  let staticBytes = 0;
  await forEachConcurrently(objects, concurrentWrites, async (object) => {
    const { Body: bytes } = await readUpload(object, settings?.compression ?? false);
    staticBytes += bytes.byteLength;
    await write(`static/${object.key}`, bytes);
  });
  reporter.report({
    type: "dry-run",
    folder,
    counts: countResources(joined),
    rootResources: Object.keys(template.Resources).length - nested.size,
    nestedStacks: nested.size,
    permissions: permissionsOf(joined, origins),
    staticFiles: { count: objects.length, bytes: staticBytes },
  });
}

/**
 * Removes files of an earlier dry run that are no longer needed. Returns the keys of existing archives, which are
 * named by their content.
 */
async function clearedFolder(
  folder: string,
  packages: readonly FunctionPackage[],
): Promise<ReadonlySet<string>> {
  const wanted = new Map(packages.map(({ key, archive }) => [key, archive.byteLength]));
  const present = new Set<string>();
  for (const entry of await listed(folder)) {
    const path = join(entry.parentPath, entry.name);
    const key = relative(folder, path).replaceAll("\\", "/");
    const bytes = wanted.get(key);
    // Nothing else runs meanwhile, and each asynchronous look takes ten times as long.
    if (bytes !== undefined && statSync(path).size === bytes) present.add(key);
    else await rm(path);
  }
  return present;
}

async function listed(folder: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => !entry.isDirectory());
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}
