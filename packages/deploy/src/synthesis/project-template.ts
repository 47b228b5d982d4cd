import type { FunctionPackage } from "../assets/package-functions.ts";
import { hasStaticFolder } from "../assets/static-function.ts";
import type { DeployOptions } from "../deploy-options.ts";
import type { Environment } from "../environment.ts";
import { adoptStack } from "./adopt-stack.ts";
import { keepDeployedIds, requireFreeKeys, type DeployedStack } from "./keep-deployed-ids.ts";
import { joinedOrigins, joinTemplates } from "../template/join-templates.ts";
import type { Template } from "../template/template.ts";
import { requirePossibleUpdate } from "../updates/require-possible-update.ts";
import { invocationRoleId } from "./invocation-role.ts";
import { layOut } from "./lay-out.ts";
import { synthesize, type Synthesis } from "./synthesize.ts";

export interface ProjectTemplates extends Synthesis {
  /** Templates of the nested stacks, by the logical ids that these have in the template. */
  readonly nested: ReadonlyMap<string, Template>;
  /** All resources in one template: the template itself where nothing is nested. */
  readonly joined: Template;
}

/**
 * The template of a project as it is to be deployed: with its static files, the logical ids of the stack
 * that is there, and as plugins leave it. Plugins see one template, however big the app is.
 * @param deployed null: there is no stack, or nobody asked.
 * @throws DeployError `ERR_TEMPLATE_LIMIT`, `ERR_ADOPTION`, `ERR_UPDATE_REFUSED`
 */
export async function projectTemplate(
  { project, stage, variables = {}, extend, resourceLimit }: DeployOptions,
  stackName: string,
  packages: readonly FunctionPackage[],
  bucket: string,
  environment: Environment,
  deployed: DeployedStack | null,
): Promise<ProjectTemplates> {
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
  const laidOut = (flat: Template, origins: Synthesis["origins"]): ProjectTemplates => {
    const { root, nested } = layOut(flat, {
      stackName,
      bucket,
      functionIds: packages.map(({ functionId }) => functionId),
      permissionsBoundary: manifest.aws.permissionsBoundary,
      deployed: deployed?.template ?? null,
      resourceLimit,
    });
    const joined = joinTemplates({ root, nested });
    const labelled = new Map(origins);
    if (root.Resources[invocationRoleId] !== undefined)
      labelled.set(invocationRoleId, { label: "the APIs' role", location: null });
    return { template: root, nested, joined, origins: joinedOrigins(labelled, nested) };
  };
  if (deployed === null) {
    const { template, origins } = synthesized;
    return laidOut((await extend?.(template)) ?? template, origins);
  }
  const kept = keepDeployedIds(synthesized, deployed, manifest.static?.private === true);
  const extended = (await extend?.(kept.template)) ?? kept.template;
  requireFreeKeys(extended, deployed.template);
  const whole = deployed.isAdopted ? adoptStack(extended, deployed.template) : extended;
  const templates = laidOut(whole, kept.origins);
  const before = joinTemplates({ root: deployed.template, nested: deployed.nested });
  requirePossibleUpdate(before, templates.joined, templates.origins);
  return templates;
}
