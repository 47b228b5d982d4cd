import type { FunctionPackage } from "../assets/package-functions.ts";
import { hasStaticFolder } from "../assets/static-function.ts";
import type { DeployOptions } from "../deploy-options.ts";
import type { Environment } from "../environment.ts";
import { synthesize, type Synthesis } from "./synthesize.ts";

/** The template of a project as it is to be deployed: with its static files, and as plugins leave it. */
export async function projectTemplate(
  { project, stage, variables = {}, extend }: DeployOptions,
  stackName: string,
  packages: readonly FunctionPackage[],
  bucket: string,
  environment: Environment,
): Promise<Synthesis> {
  // With what the functions' own configurations say.
  const manifest = { ...project.manifest, functions: project.functions };
  const synthesized = synthesize(manifest, {
    stage,
    stackName,
    assets: packages.map(({ functionId, handler, key }) => ({ functionId, handler, bucket, key })),
    environment: [...environment].map(([name, { value, revision }]) => ({
      name,
      revision,
      bytes: Buffer.byteLength(value),
    })),
    variables,
    hasStaticFiles: await hasStaticFolder(project),
  });
  return extend === undefined
    ? synthesized
    : { ...synthesized, template: await extend(synthesized.template) };
}
