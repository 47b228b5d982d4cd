import type { ResourceOrigin, Template, TemplateResource, TemplateValue } from "./template.ts";
import {
  dependenciesIn,
  substituteReferences,
  textOfValue,
  withReferences,
  type Substitution,
} from "./substitute-references.ts";

export const nestedStackType = "AWS::CloudFormation::Stack";

/** The template of a stack, and those of the stacks nested in it. */
export interface StackTemplates {
  readonly root: Template;
  /** By the logical ids that the nested stacks have in the root. Most apps have none. */
  readonly nested: ReadonlyMap<string, Template>;
}

/** Logical id of a nested stack's resource in the joined template. */
export function joinedId(stackId: string, logicalId: string): string {
  return stackId + logicalId;
}

/**
 * Joins the templates of a stack and its nested stacks into one, resolving their parameters and outputs. A resource
 * that moves between stacks has a different logical id here, because AWS recreates it.
 */
export function joinTemplates({ root, nested }: StackTemplates): Template {
  if (nested.size === 0) return root;
  const resources: Record<string, TemplateResource> = {};
  const isJoined = (id: string): boolean => nested.has(id) && Object.hasOwn(root.Resources, id);
  /** `FunctionsA.Outputs.X` is what the nested stack's output X is. */
  const inRoot: Substitution = (id, attribute) => {
    const output = /^Outputs\.(.+)$/.exec(attribute ?? "")?.[1];
    if (output === undefined || !isJoined(id)) return null;
    const value = nested.get(id)?.Outputs?.[output]?.Value;
    return value === undefined
      ? null
      : textOfValue(substituteReferences(value, inNested(root, nested, id)));
  };
  for (const [id, resource] of Object.entries(root.Resources)) {
    const inner = isJoined(id) ? nested.get(id) : undefined;
    if (inner === undefined) {
      const others = dependenciesIn(resource).filter((other) => !isJoined(other));
      resources[id] = withReferences(resource, inRoot, others);
      continue;
    }
    const substitution = inNested(root, nested, id);
    for (const [innerId, one] of Object.entries(inner.Resources))
      resources[joinedId(id, innerId)] = withReferences(
        one,
        substitution,
        dependenciesIn(one).map((other) => joinedId(id, other)),
      );
  }
  return { ...root, Resources: resources };
}

/** Origins by the ids of the joined template beside those of the templates themselves. */
export function joinedOrigins(
  origins: ReadonlyMap<string, ResourceOrigin>,
  nested: ReadonlyMap<string, Template>,
): ReadonlyMap<string, ResourceOrigin> {
  if (nested.size === 0) return origins;
  const joined = new Map(origins);
  for (const [stackId, { Resources: resources }] of nested) {
    joined.set(stackId, { label: `the nested stack ${stackId}`, location: null });
    for (const id of Object.keys(resources)) {
      const origin = origins.get(id);
      if (origin !== undefined) joined.set(joinedId(stackId, id), origin);
    }
  }
  return joined;
}

function inNested(
  root: Template,
  nested: ReadonlyMap<string, Template>,
  stackId: string,
): Substitution {
  const own = nested.get(stackId)?.Resources ?? {};
  const given = root.Resources[stackId]?.Properties?.["Parameters"] as
    | { readonly [name: string]: TemplateValue }
    | undefined;
  return (id, attribute) => {
    if (Object.hasOwn(own, id))
      return `\${${joinedId(stackId, id)}${attribute === null ? "" : `.${attribute}`}}`;
    const value = given?.[id];
    return attribute === null && value !== undefined ? textOfValue(value) : null;
  };
}
