import { canonicalValue, referredId } from "../template/canonical-value.ts";
import type { Template, TemplateResource, TemplateValue } from "../template/template.ts";

const bucketType = "AWS::S3::Bucket";
/** Properties that decide who may read a bucket beside its policy. */
const accessProperties = [
  "AccessControl",
  "OwnershipControls",
  "PublicAccessBlockConfiguration",
  "WebsiteConfiguration",
] as const;

/**
 * The template with its buckets as public as Architect made them. Objects of a bucket that has access control
 * lists may be read by these: S3 refuses to switch the lists off while they grant anything, and a bucket
 * becomes private by its block of public access alone.
 * @param isPrivate Public buckets become private.
 */
export function bucketsAsDeployed(
  template: Template,
  deployed: Template,
  isPrivate: boolean,
): Template {
  const resources = { ...template.Resources };
  for (const [id, before] of Object.entries(deployed.Resources)) {
    const kept = resources[id];
    if (before.Type !== bucketType || kept?.Type !== bucketType) continue;
    const { OwnershipControls: ownership } = before.Properties ?? {};
    if (!isWebsite(deployed, id) || isPrivate) {
      if (ownership === undefined) resources[id] = withoutOwnership(kept);
      continue;
    }
    const properties: Record<string, TemplateValue> = { ...kept.Properties };
    for (const name of accessProperties) {
      const given = before.Properties?.[name];
      if (given === undefined) delete properties[name];
      else properties[name] = given;
    }
    resources[id] = { ...kept, Properties: properties };
    const [policyId, policy] = policyOf(deployed, id) ?? [];
    if (policyId !== undefined && policy !== undefined)
      resources[policyId] = withStatementsOf(resources[policyId] ?? policy, policy);
  }
  return { ...template, Resources: resources };
}

/** Whether a bucket is a public website, which Architect's are and Arclet's own never were. */
export function isWebsite({ Resources: resources }: Template, bucketId: string): boolean {
  const { Type: type, Properties: properties } = resources[bucketId] ?? {};
  return type === bucketType && properties?.["WebsiteConfiguration"] !== undefined;
}

function withoutOwnership(bucket: TemplateResource): TemplateResource {
  const { OwnershipControls: _controls, ...properties } = bucket.Properties ?? {};
  return { ...bucket, Properties: properties };
}

function policyOf(
  { Resources: resources }: Template,
  bucketId: string,
): readonly [id: string, policy: TemplateResource] | undefined {
  return Object.entries(resources).find(
    ([, { Type: type, Properties: properties }]) =>
      type === "AWS::S3::BucketPolicy" && referredId(properties?.["Bucket"]) === bucketId,
  );
}

/** A policy with the statements of another one beside its own. */
function withStatementsOf(policy: TemplateResource, other: TemplateResource): TemplateResource {
  const statements = new Map(
    [...statementsOf(other), ...statementsOf(policy)].map((statement) => [
      JSON.stringify(canonicalValue(statement)),
      statement,
    ]),
  );
  return {
    ...policy,
    Properties: {
      ...policy.Properties,
      PolicyDocument: { Version: "2012-10-17", Statement: [...statements.values()] },
    },
  };
}

function statementsOf({ Properties: properties }: TemplateResource): readonly TemplateValue[] {
  const document = properties?.["PolicyDocument"] as
    | { readonly Statement?: TemplateValue }
    | undefined;
  return [document?.Statement ?? []].flat() as readonly TemplateValue[];
}
