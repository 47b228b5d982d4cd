import { DeployError } from "../errors.ts";
import { compareTemplates } from "../template/compare-templates.ts";
import { holdsData } from "../template/data-types.ts";
import { resourceKeys } from "../template/resource-keys.ts";
import type { Template, TemplateResource } from "../template/template.ts";
import { dependenciesOf } from "./function-groups.ts";

/** Types without data that CloudFormation cannot remove while the API's stage refers to them. */
const deploymentType = "AWS::ApiGatewayV2::Deployment";

/**
 * The template that takes over Architect's stack. It keeps resources with data that the manifest does not declare,
 * marked to be retained when a later deploy removes them from the stack.
 * @throws DeployError `ERR_ADOPTION` when something that holds data would be replaced
 */
export function adoptStack(template: Template, deployed: Template): Template {
  const resources: Record<string, TemplateResource> = { ...template.Resources };
  const keep = (id: string): void => {
    const resource = deployed.Resources[id];
    if (resource === undefined || Object.hasOwn(resources, id)) return;
    resources[id] = { ...resource, DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" };
    // What it needs to be what it is, such as the dead letters of a queue.
    for (const other of dependenciesOf(resource)) keep(other);
  };
  for (const [id, { Type: type }] of Object.entries(deployed.Resources))
    if (holdsData(type)) keep(id);
  for (const [id, resource] of Object.entries(deployed.Resources))
    if (
      resource.Type === deploymentType &&
      dependenciesOf(resource).every((other) => Object.hasOwn(resources, other))
    )
      keep(id);
  const adopted = { ...template, Resources: resources };
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
            ? "Its data would be lost. Change the manifest to match the deployed resource."
            : "Its URL would change. Change the manifest to match the deployed resource.",
        ],
      },
    );
  }
}
