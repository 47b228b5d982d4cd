import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Project } from "@arclet/manifest";
import type { FunctionPackage } from "./assets/package-functions.ts";
import type { DeployReporter } from "./reporter.ts";
import { countResources, permissionsOf } from "./template/describe-template.ts";
import type { SynthesisOptions } from "./template/synthesis-context.ts";
import { TemplateBuilder, type Template } from "./template/template.ts";

/** Writes template and archives, these below the keys that they would have in the bucket. */
export async function writeDryRun(
  project: Project,
  template: Template,
  options: SynthesisOptions,
  packages: readonly FunctionPackage[],
  reporter: DeployReporter,
): Promise<void> {
  const { manifest, root } = project;
  const folder = join(root, ".arclet", "deploy", options.stage);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "template.json"), `${JSON.stringify(template, null, 2)}\n`);
  await Promise.all(
    packages.map(async ({ key, bytes }) => {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), bytes);
    }),
  );
  const context = { manifest, options, template: new TemplateBuilder() };
  reporter.report({
    type: "dry-run",
    folder,
    counts: countResources(template),
    permissions: manifest.functions.map((declared) => permissionsOf(context, declared)),
  });
}
