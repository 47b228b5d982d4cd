import { canonicalValue, referredIds } from "./canonical-value.ts";
import { replacingProperties } from "./replacing-properties.ts";
import type { Template, TemplateResource, TemplateValue } from "./template.ts";

/** The change of one resource between two templates. */
export interface ResourceDifference {
  readonly action: "add" | "change" | "replace" | "maybe-replace" | "remove";
  readonly logicalId: string;
  readonly type: string;
  /** Names of the properties and attributes that differ; those that make AWS replace it first. */
  readonly properties: readonly string[];
  /** Whether the old resource stays in AWS when it is removed or replaced. */
  readonly isKept: boolean;
}

type Fate = "no" | "maybe" | "yes";

/**
 * Compares a stack's template with the next one, by AWS's resource specification: which resources are replaced,
 * and which change because a resource they refer to is replaced. A change of an unknown type may be a
 * replacement.
 */
export function compareTemplates(
  before: Template | null,
  after: Template,
): readonly ResourceDifference[] {
  const old = before?.Resources ?? {};
  const found = new Map<string, ResourceDifference>();
  for (const [id, resource] of Object.entries(after.Resources)) {
    const previous = Object.hasOwn(old, id) ? old[id] : undefined;
    const difference =
      previous === undefined
        ? { action: "add" as const, properties: [] }
        : differenceOf(previous, resource, new Map());
    if (difference !== null) found.set(id, { ...difference, ...facts(id, resource, previous) });
  }
  spreadReplacements(old, after, found);
  for (const [id, resource] of Object.entries(old))
    if (!Object.hasOwn(after.Resources, id))
      found.set(id, {
        action: "remove",
        properties: [],
        logicalId: id,
        type: resource.Type,
        isKept: keeps(resource.DeletionPolicy),
      });
  return [...found.values()];
}

function facts(
  logicalId: string,
  { Type: type, UpdateReplacePolicy: policy }: TemplateResource,
  previous: TemplateResource | undefined,
): Pick<ResourceDifference, "logicalId" | "type" | "isKept"> {
  return { logicalId, type, isKept: previous !== undefined && keeps(policy) };
}

function keeps(policy: string | undefined): boolean {
  return policy?.startsWith("Retain") ?? false;
}

/** What refers to something that is replaced differs too, until nothing new does. */
function spreadReplacements(
  old: Template["Resources"],
  after: Template,
  found: Map<string, ResourceDifference>,
): void {
  for (let hasSpread = true; hasSpread;) {
    hasSpread = false;
    const replaced = new Map<string, Fate>();
    for (const { logicalId, action } of found.values())
      if (action === "replace" || action === "maybe-replace")
        replaced.set(logicalId, action === "replace" ? "yes" : "maybe");
    for (const [id, resource] of Object.entries(after.Resources)) {
      const previous = Object.hasOwn(old, id) ? old[id] : undefined;
      if (previous === undefined) continue;
      const difference = differenceOf(previous, resource, replaced);
      if (difference === null || difference.action === found.get(id)?.action) continue;
      found.set(id, { ...difference, ...facts(id, resource, previous) });
      hasSpread = true;
    }
  }
}

/** @param replaced Resources whose references give another value, surely or perhaps. */
function differenceOf(
  before: TemplateResource,
  after: TemplateResource,
  replaced: ReadonlyMap<string, Fate>,
): Pick<ResourceDifference, "action" | "properties"> | null {
  const { Type: type } = after;
  if (before.Type !== type) return { action: "replace", properties: ["Type"] };
  const fates: (readonly [name: string, fate: Fate])[] = [];
  const given = { ...before.Properties, ...after.Properties };
  for (const name of Object.keys(given)) {
    const next = after.Properties?.[name];
    const isOwn = !isSame(before.Properties?.[name], next);
    const touched = next === undefined ? null : touchedBy(next, replaced);
    if (!isOwn && touched === null) continue;
    const fate = isRedefined(type, name, before, after) ? "yes" : fateOf(type, name);
    fates.push([name, !isOwn && touched === "maybe" && fate === "yes" ? "maybe" : fate]);
  }
  for (const name of ["DeletionPolicy", "UpdateReplacePolicy", "DependsOn"] as const)
    if (!isSame(attribute(before, name), attribute(after, name))) fates.push([name, "no"]);
  if (fates.length === 0) return null;
  const order: readonly Fate[] = ["yes", "maybe", "no"];
  const sorted = fates.toSorted(([, a], [, b]) => order.indexOf(a) - order.indexOf(b));
  const worst = sorted[0]?.[1] ?? "no";
  return {
    action: worst === "yes" ? "replace" : worst === "maybe" ? "maybe-replace" : "change",
    properties: sorted.map(([name]) => name),
  };
}

/** DependsOn takes one id where a list may stand, in any order. */
function attribute(
  resource: TemplateResource,
  name: "DeletionPolicy" | "UpdateReplacePolicy" | "DependsOn",
): TemplateValue | undefined {
  const value = resource[name] as TemplateValue | undefined;
  if (name !== "DependsOn" || value === undefined) return value;
  return [value]
    .flat()
    .map(String)
    .toSorted((a, b) => (a < b ? -1 : 1));
}

function isSame(a: TemplateValue | undefined, b: TemplateValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return JSON.stringify(canonicalValue(a)) === JSON.stringify(canonicalValue(b));
}

function touchedBy(value: TemplateValue, replaced: ReadonlyMap<string, Fate>): Fate | null {
  if (replaced.size === 0) return null;
  let touched: Fate | null = null;
  for (const id of referredIds(value)) {
    const fate = replaced.get(id);
    if (fate === "yes") return "yes";
    if (fate !== undefined) touched = fate;
  }
  return touched;
}

/**
 * "Replacement if you edit an existing AttributeDefinition", which the specification does not say
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html).
 */
function isRedefined(
  type: string,
  name: string,
  before: TemplateResource,
  after: TemplateResource,
): boolean {
  if (type !== "AWS::DynamoDB::Table" || name !== "AttributeDefinitions") return false;
  const typesOf = ({ Properties: properties }: TemplateResource): ReadonlyMap<unknown, unknown> =>
    new Map(
      (
        (properties?.[name] ?? []) as readonly {
          readonly AttributeName?: unknown;
          readonly AttributeType?: unknown;
        }[]
      ).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
    );
  const types = typesOf(after);
  return [...typesOf(before)].some(
    ([attributeName, was]) => types.has(attributeName) && types.get(attributeName) !== was,
  );
}

function fateOf(type: string, name: string): Fate {
  const names = Object.hasOwn(replacingProperties, type) ? replacingProperties[type] : undefined;
  if (names === undefined) return "maybe";
  const listed = names.split(" ");
  if (listed.includes(name)) return "yes";
  return listed.includes(`${name}?`) ? "maybe" : "no";
}
