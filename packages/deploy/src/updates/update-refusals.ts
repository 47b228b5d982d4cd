import { canonicalText, canonicalValue, referredIds } from "../template/canonical-value.ts";
import { compareTemplates, type ResourceDifference } from "../template/compare-templates.ts";
import { nameProperties } from "../template/resource-keys.ts";
import type { Template, TemplateResource, TemplateValue } from "../template/template.ts";
import { isReplaced } from "./table-indexes.ts";
import { claimOf, claimsOf, type HeldClaim } from "./unique-claims.ts";

/** A change that AWS would refuse after it has started other changes. */
export interface UpdateRefusal {
  readonly logicalId: string;
  /** Follows the name of the resource: `cannot change its …`. */
  readonly text: string;
  readonly remedy: string;
}

/** Every change of an update that AWS would refuse, by its documented rules. */
export function updateRefusals(before: Template, after: Template): readonly UpdateRefusal[] {
  const differences = new Map(
    compareTemplates(before, after).map((difference) => [difference.logicalId, difference]),
  );
  const held = claimsOf(before);
  /** A name of a resource that is new is no longer the name that the deployed one has. */
  const isRenamed = (value: TemplateValue): boolean =>
    [...referredIds(value)].some((id) => {
      const action = differences.get(id)?.action;
      return action === "replace" || action === "maybe-replace" || action === "add";
    });
  return Object.entries(after.Resources).flatMap(([id, resource]) => {
    const deployed = Object.hasOwn(before.Resources, id) ? before.Resources[id] : undefined;
    const difference = differences.get(id);
    const claim = claimOf(resource);
    const claimed =
      claim === null || difference === undefined || claim.values.some(isRenamed)
        ? []
        : claimRefusals(claim, difference, held.get(claim.key) ?? []);
    if (deployed === undefined || difference === undefined) return claimed;
    if (deployed.Type !== resource.Type) return [typeRefusal(id, deployed, resource)];
    return [
      ...claimed,
      ...nameRefusals(id, deployed, resource, difference, isRenamed),
      ...(resource.Type === "AWS::DynamoDB::Table" ? tableRefusals(id, deployed, resource) : []),
    ];
  });
}

/** "Update of resource type is not permitted" */
function typeRefusal(
  logicalId: string,
  { Type: was }: TemplateResource,
  { Type: type }: TemplateResource,
): UpdateRefusal {
  return {
    logicalId,
    text: `is deployed as ${was} and cannot become ${type}`,
    remedy: "A plugin uses this logical id: choose another one.",
  };
}

/**
 * "CloudFormation cannot update a stack when a custom-named resource requires replacing": it makes the new
 * one first, whose name the old one still has.
 */
function nameRefusals(
  logicalId: string,
  deployed: TemplateResource,
  { Type: type, Properties: properties }: TemplateResource,
  { action, properties: changed }: ResourceDifference,
  isRenamed: (value: TemplateValue) => boolean,
): readonly UpdateRefusal[] {
  const property = Object.hasOwn(nameProperties, type) ? nameProperties[type] : undefined;
  const name = property === undefined ? undefined : properties?.[property];
  if (action !== "replace" || property === undefined || name === undefined) return [];
  if (!isSame(deployed.Properties?.[property], name) || isRenamed(name)) return [];
  return [
    {
      logicalId,
      text: `must be replaced because of ${changed.join(", ")}, but it has a fixed name, which the deployed resource holds until its replacement exists`,
      remedy: `Change ${property} too, or remove it.`,
    },
  ];
}

function claimRefusals(
  { what }: HeldClaim,
  { logicalId, action, properties }: ResourceDifference,
  holders: readonly string[],
): readonly UpdateRefusal[] {
  const hasIt = holders.includes(logicalId);
  if (hasIt && action === "replace")
    return [
      {
        logicalId,
        text: `must be replaced because of ${properties.join(", ")}, and AWS allows only one of these: ${what}`,
        remedy: "Remove it, deploy, add it again, and deploy once more.",
      },
    ];
  const [other] = holders;
  if (hasIt || other === undefined) return [];
  return [
    {
      logicalId,
      text: `duplicates ${other}, which exists until the update ends, and AWS allows only one of these: ${what}`,
      remedy: `Keep the logical id ${other}, or remove ${other} with a separate deploy first.`,
    },
  ];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html, API_UpdateTimeToLive.html */
function tableRefusals(
  logicalId: string,
  deployed: TemplateResource,
  resource: TemplateResource,
): readonly UpdateRefusal[] {
  if (isReplaced(deployed, resource)) return [];
  const changed = (name: string, member: string): boolean => {
    const [was, will] = [deployed, resource].map(({ Properties: properties }) =>
      memberOf(properties?.[name], member),
    );
    return was !== undefined && will !== undefined && !isSame(was, will);
  };
  const refusals: UpdateRefusal[] = [];
  const refuse = (text: string, remedy: string): void => {
    refusals.push({ logicalId, text, remedy });
  };
  if (
    !isSame(
      deployed.Properties?.["LocalSecondaryIndexes"],
      resource.Properties?.["LocalSecondaryIndexes"],
    )
  )
    refuse(
      "cannot change its local secondary indexes, which DynamoDB allows only on a new table",
      "Use a global index (@tables-indexes), or move the items to a new table.",
    );
  if (changed("StreamSpecification", "StreamViewType"))
    refuse(
      "cannot change the view type of its stream while the stream is on",
      "Remove the stream and the functions that read it, deploy, add them again, and deploy once more.",
    );
  if (
    changed("TimeToLiveSpecification", "AttributeName") &&
    isOn(deployed.Properties?.["TimeToLiveSpecification"]) &&
    isOn(resource.Properties?.["TimeToLiveSpecification"])
  )
    refuse(
      "cannot change its TTL attribute directly: TTL must first be off for up to an hour",
      "Remove the TTL line and deploy. An hour later, add the new one and deploy again.",
    );
  return refusals;
}

/** Time to live without `Enabled` is refused as such. */
function isOn(specification: TemplateValue | undefined): boolean {
  return canonicalText(memberOf(specification, "Enabled")) === "true";
}

function memberOf(value: TemplateValue | undefined, name: string): TemplateValue | undefined {
  return typeof value === "object" && name in value
    ? (value as { readonly [key: string]: TemplateValue })[name]
    : undefined;
}

function isSame(a: TemplateValue | undefined, b: TemplateValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return JSON.stringify(canonicalValue(a)) === JSON.stringify(canonicalValue(b));
}
