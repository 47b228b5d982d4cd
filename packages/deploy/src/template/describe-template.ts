import { canonicalText } from "./canonical-value.ts";
import type { ResourceOrigin, Template, TemplateValue } from "./template.ts";

/** Some actions, and what they are allowed on. */
export interface Permission {
  readonly actions: readonly string[];
  /** `table cats`, `its log group`, an ARN. */
  readonly on: readonly string[];
}

/** What one function may do, readable. */
export interface FunctionPermissions {
  /** Id of the manifest; of a function that a plugin added, the logical id. */
  readonly functionId: string;
  readonly allowed: readonly Permission[];
  /** ARNs of managed policies. */
  readonly managedPolicies: readonly string[];
}

type Origins = ReadonlyMap<string, ResourceOrigin>;

/** Permissions of the functions in the final template, after plugins. */
export function permissionsOf(template: Template, origins: Origins): FunctionPermissions[] {
  const attached = attachedPolicies(template);
  return Object.entries(template.Resources).flatMap(([id, resource]) => {
    if (resource.Type !== "AWS::Lambda::Function") return [];
    const roleId = referred(resource.Properties?.["Role"]);
    const role = roleId === null ? undefined : template.Resources[roleId];
    const logGroupId = referred(member(resource.Properties?.["LoggingConfig"], "LogGroup"));
    const policies = [
      ...listOf(role?.Properties?.["Policies"]),
      ...(roleId === null ? [] : (attached.get(roleId) ?? [])),
    ];
    return {
      functionId: origins.get(id)?.label.replace(/^function /, "") ?? id,
      allowed: policies
        .flatMap((policy) => listOf(member(member(policy, "PolicyDocument"), "Statement")))
        .filter((statement) => member(statement, "Effect") === "Allow")
        .map((statement) => ({
          actions: listOf(member(statement, "Action")).map((action) => readable(action, origins)),
          on: listOf(member(statement, "Resource")).map((on) =>
            logGroupId !== null && referred(on) === logGroupId
              ? "its log group"
              : readable(on, origins) + conditionText(member(statement, "Condition")),
          ),
        })),
      managedPolicies: listOf(role?.Properties?.["ManagedPolicyArns"]).map((arn) =>
        readable(arn, origins),
      ),
    };
  });
}

/** ` (kms:ResourceAliases alias/cats)`: what must be so beside; empty without a condition. */
function conditionText(condition: TemplateValue | undefined): string {
  const tests = Object.values(condition ?? {}).flatMap((test) =>
    Object.entries(test as { readonly [key: string]: TemplateValue }),
  );
  const texts = tests.map(([key, value]) => {
    const values = listOf(value).map((one) => canonicalText(one) ?? JSON.stringify(one));
    return `${key} ${values.join(" or ")}`;
  });
  return texts.length === 0 ? "" : ` (${texts.join(", ")})`;
}

/** How many resources of each type a template makes. */
export function countResources(template: Template): { readonly [type: string]: number } {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(template.Resources)) counts[Type] = (counts[Type] ?? 0) + 1;
  return counts;
}

/** Policies beside roles, by the role: Arclet makes none, plugins may. */
function attachedPolicies({
  Resources: resources,
}: Template): ReadonlyMap<string, readonly TemplateValue[]> {
  const byRole = new Map<string, TemplateValue[]>();
  for (const { Type: type, Properties: properties } of Object.values(resources)) {
    if (type !== "AWS::IAM::Policy" && type !== "AWS::IAM::RolePolicy") continue;
    const roles = [...listOf(properties?.["Roles"]), ...listOf(properties?.["RoleName"])];
    for (const role of new Set(roles.map(referred)))
      if (role !== null) byRole.set(role, [...(byRole.get(role) ?? []), properties ?? {}]);
  }
  return byRole;
}

/** The logical id that a `Ref` or `Fn::GetAtt` means. */
function referred(value: TemplateValue | undefined): string | null {
  const reference = member(value, "Ref");
  if (typeof reference === "string") return reference;
  const path = member(value, "Fn::GetAtt");
  if (typeof path === "string") return path.split(".")[0] ?? null;
  const [id] = listOf(path);
  return typeof id === "string" ? id : null;
}

/** Readable permissions: resources are named by their manifest entries, and permissions common to all functions are omitted. */
function readable(value: TemplateValue, origins: Origins): string {
  const labelled = (id: string, name: string | null): string => {
    const label = origins.get(id)?.label ?? id;
    return name === null || name === "Arn" ? label : `${label} (${name})`;
  };
  const text = typeof value === "string" ? value : member(value, "Fn::Sub");
  if (typeof text === "string")
    return text
      .replace(/^arn:\$\{AWS::Partition\}:[\w-]+:\$\{AWS::Region\}:\$\{AWS::AccountId\}:/, "")
      .replaceAll("${AWS::StackName}", "<stack>")
      .replaceAll(/\$\{([A-Za-z0-9]+)(?:\.(\w+))?\}/g, (_, id: string, name?: string) =>
        labelled(id, name ?? null),
      );
  const id = referred(value);
  if (id === null) return JSON.stringify(value);
  const [, name] = listOf(member(value, "Fn::GetAtt"));
  return labelled(id, typeof name === "string" ? name : null);
}

function member(value: TemplateValue | undefined, name: string): TemplateValue | undefined {
  return typeof value === "object" && !isList(value) ? value[name] : undefined;
}

/** IAM takes one value where a list may stand. */
function listOf(value: TemplateValue | undefined): readonly TemplateValue[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

function isList(value: TemplateValue): value is readonly TemplateValue[] {
  return Array.isArray(value);
}
