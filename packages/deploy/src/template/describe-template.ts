import type { LambdaFunction } from "@arclet/manifest";
import { functionStatements } from "../resources/permissions.ts";
import { logicalId } from "./logical-id.ts";
import type { SynthesisContext } from "./synthesis-context.ts";
import type { Template, TemplateValue } from "./template.ts";

/** What one function may do, readable. */
export interface FunctionPermissions {
  readonly functionId: string;
  /** `dynamodb:GetItem on TableCats…`. */
  readonly allowed: readonly {
    readonly actions: readonly string[];
    readonly on: readonly string[];
  }[];
  readonly managedPolicies: readonly string[];
}

export function permissionsOf(
  context: SynthesisContext,
  declared: LambdaFunction,
): FunctionPermissions {
  return {
    functionId: declared.id,
    allowed: functionStatements(context, declared, logicalId("LogGroup", declared.id)).map(
      ({ Action, Resource }) => ({ actions: Action, on: Resource.map(readable) }),
    ),
    managedPolicies: declared.config.policies.filter((policy) => policy.startsWith("arn:")),
  };
}

/** How many resources of each type a template makes. */
export function countResources(template: Template): { readonly [type: string]: number } {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(template.Resources)) counts[Type] = (counts[Type] ?? 0) + 1;
  return counts;
}

function readable(value: TemplateValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && !Array.isArray(value))
    for (const [key, inner] of Object.entries(value)) {
      if ((key === "Ref" || key === "Fn::Sub") && typeof inner === "string") return inner;
      if (key === "Fn::GetAtt" && Array.isArray(inner)) return inner.join(".");
    }
  return JSON.stringify(value);
}
