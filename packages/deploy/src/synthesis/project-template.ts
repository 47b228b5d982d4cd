import type { FunctionPackage } from "../assets/package-functions.ts";
import { hasStaticFolder } from "../assets/static-function.ts";
import type { DeployOptions } from "../deploy-options.ts";
import type { Environment } from "../environment.ts";
import { adoptStack } from "./adopt-stack.ts";
import { keepDeployedIds, requireFreeKeys, type DeployedStack } from "./keep-deployed-ids.ts";
import { requirePossibleUpdate } from "../updates/require-possible-update.ts";
import { synthesize, type Synthesis } from "./synthesize.ts";

/**
 * The template of a project as it is to be deployed: with its static files, the logical ids of the stack
 * that is there, and as plugins leave it.
 * @param deployed null: there is no stack, or nobody asked.
 * @throws DeployError `ERR_TEMPLATE_LIMIT`, `ERR_ADOPTION`, `ERR_UPDATE_REFUSED`
 */
export async function projectTemplate(
  { project, stage, variables = {}, extend }: DeployOptions,
  stackName: string,
  packages: readonly FunctionPackage[],
  bucket: string,
  environment: Environment,
  deployed: DeployedStack | null,
): Promise<Synthesis> {
  // With what the functions' own configurations say.
  const manifest = { ...project.manifest, functions: project.functions };
  const synthesized = synthesize(manifest, {
    stage,
    stackName,
    assets: packages.map(({ functionId, handler, key, usesRealtime }) => ({
      functionId,
      handler,
      bucket,
      key,
      usesRealtime,
    })),
    environment: [...environment].map(([name, { value, revision }]) => ({
      name,
      revision,
      bytes: Buffer.byteLength(value),
    })),
    variables,
    hasStaticFiles: await hasStaticFolder(project),
  });
  if (deployed === null) {
    const { template, origins } = synthesized;
    return { template: (await extend?.(template)) ?? template, origins };
  }
  const kept = keepDeployedIds(synthesized, deployed, manifest.static?.private === true);
  const extended = (await extend?.(kept.template)) ?? kept.template;
  requireFreeKeys(extended, deployed.template);
  const template = deployed.isAdopted ? adoptStack(extended, deployed.template) : extended;
  requirePossibleUpdate(deployed.template, template, kept.origins);
  return { template, origins: kept.origins };
}
