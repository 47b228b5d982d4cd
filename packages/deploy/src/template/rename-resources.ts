import {
  dependenciesIn,
  substituteReferences,
  withReferences,
  type Substitution,
} from "./substitute-references.ts";
import type { Template, TemplateResource, TemplateValue } from "./template.ts";

/** The template with other logical ids, in all that refers to them too. */
export function renameResources(template: Template, names: ReadonlyMap<string, string>): Template {
  if (names.size === 0) return template;
  const nameOf = (id: string): string => names.get(id) ?? id;
  const substitution: Substitution = (id, attribute) =>
    names.has(id) ? `\${${nameOf(id)}${attribute === null ? "" : `.${attribute}`}}` : null;
  const resources: Record<string, TemplateResource> = {};
  for (const [id, resource] of Object.entries(template.Resources))
    resources[nameOf(id)] = withReferences(
      resource,
      substitution,
      dependenciesIn(resource).map(nameOf),
    );
  return {
    ...template,
    Resources: resources,
    Outputs: substituteReferences(
      template.Outputs as unknown as TemplateValue,
      substitution,
    ) as unknown as Template["Outputs"],
  };
}
