import { canonicalValue, referredIds } from "../template/canonical-value.ts";
import { digest } from "../template/logical-ids.ts";
import { replacingProperties } from "../template/replacing-properties.ts";
import type { TemplateResource, TemplateValue } from "../template/template.ts";

type Resources = { readonly [logicalId: string]: TemplateResource };

/** Settings of a function that are not part of a version. */
const unversioned: ReadonlySet<string> = new Set([
  "Code",
  "ReservedConcurrentExecutions",
  "RecursiveLoop",
  "Tags",
]);

/**
 * Digest of a function version's code and settings, as eight hex digits. Lambda does not publish a second version
 * of the same (https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html), and
 * CloudFormation fails where it should. A name of a resource that is replaced is another name, so that what
 * would replace a resource is part of it.
 * @param revisions Change with the values of variables that the template does not show.
 */
export function versionDigest(
  properties: { readonly [name: string]: TemplateValue },
  codeKey: string,
  revisions: readonly string[],
  resources: Resources,
): string {
  const held = Object.fromEntries(
    Object.entries(properties).filter(([name]) => !unversioned.has(name)),
  );
  return digest(
    JSON.stringify([canonicalValue(held), codeKey, revisions, ...identities(held, resources)]),
  );
}

/** The properties that would replace what a value refers to, directly or over others. */
function identities(value: TemplateValue, resources: Resources): readonly TemplateValue[] {
  const found = new Map<string, TemplateValue>();
  const visit = (given: TemplateValue): void => {
    for (const id of [...referredIds(given)].toSorted((a, b) => (a < b ? -1 : 1))) {
      const resource = Object.hasOwn(resources, id) ? resources[id] : undefined;
      if (resource === undefined || found.has(id)) continue;
      const names = (replacingProperties[resource.Type] ?? "").split(" ");
      const identity = Object.fromEntries(
        Object.entries(resource.Properties ?? {}).filter(([name]) => names.includes(name)),
      );
      found.set(id, canonicalValue(identity));
      visit(identity);
    }
  };
  visit(value);
  return [...found].flat();
}
