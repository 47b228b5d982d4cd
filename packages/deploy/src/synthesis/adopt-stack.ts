import { DeployError } from "../errors.ts";
import { compareTemplates } from "../template/compare-templates.ts";
import { holdsData } from "../template/data-types.ts";
import { resourceKeys } from "../template/resource-keys.ts";
import type { Template, TemplateResource } from "../template/template.ts";

/** Not data, but CloudFormation cannot remove it while its stage may still point to it. */
const deploymentType = "AWS::ApiGatewayV2::Deployment";

/**
 * The template that takes over a stack of Architect's: with everything of it that holds data and that
 * the manifest does not have, marked to stay in AWS when it leaves the stack with a later deploy.
 * @throws DeployError `ERR_ADOPTION` when something that holds data would be replaced
 */
export function adoptStack(template: Template, deployed: Template): Template {
  const orphans: Record<string, TemplateResource> = {};
  for (const [id, resource] of Object.entries(deployed.Resources)) {
    if (Object.hasOwn(template.Resources, id)) continue;
    if (!holdsData(resource.Type) && resource.Type !== deploymentType) continue;
    orphans[id] = { ...resource, DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" };
  }
  const adopted = { ...template, Resources: { ...template.Resources, ...orphans } };
  requireKept(adopted, deployed);
  return adopted;
}

function requireKept(adopted: Template, deployed: Template): void {
  const exclusive = new Set(
    [...resourceKeys(deployed.Resources)].flatMap(([key, ids]) =>
      key.startsWith("api ") ? ids : [],
    ),
  );
  for (const { action, type, logicalId, properties } of compareTemplates(deployed, adopted)) {
    if (action !== "replace" && action !== "maybe-replace") continue;
    if (!holdsData(type) && !exclusive.has(logicalId)) continue;
    throw new DeployError(
      "ERR_ADOPTION",
      `Taking the stack over would replace ${logicalId}, because of ${properties.join(", ")}`,
      {
        hints: [
          holdsData(type)
            ? "Its data would be lost. Make the manifest say what is deployed."
            : "Its URL would change. Make the manifest say what is deployed.",
        ],
      },
    );
  }
}
