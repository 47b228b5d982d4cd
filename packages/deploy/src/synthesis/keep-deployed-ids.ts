import { DeployError } from "../errors.ts";
import { digest, httpApiId } from "../template/logical-ids.ts";
import { renameResources } from "../template/rename-resources.ts";
import { isExclusive, resourceKeys } from "../template/resource-keys.ts";
import type { Template } from "../template/template.ts";
import { bucketsAsDeployed } from "./buckets-as-deployed.ts";
import { literalApi } from "./literal-api.ts";
import { routesInBody } from "./routes-in-body.ts";
import type { Synthesis } from "./synthesize.ts";

/** The stack that a template is to be deployed onto. */
export interface DeployedStack {
  /** With its transforms carried out. */
  readonly template: Template;
  /** Of the nested stacks that hold functions, by their logical ids. */
  readonly nested: ReadonlyMap<string, Template>;
  /** AWS's names of its resources, by logical id. */
  readonly physicalIds: ReadonlyMap<string, string>;
  /** Architect made it, and this deploy takes it over. */
  readonly isAdopted: boolean;
}

/**
 * The synthesis with the logical ids that the deployed stack has for what only one may exist. Under
 * another id CloudFormation would create it while the old one still holds its key, and then delete the
 * old one with what it holds. Stacks that Arclet made have these ids already.
 * @param isPrivate Whether a bucket that is a public website is to become private.
 */
export function keepDeployedIds(
  synthesis: Synthesis,
  { template: deployed, physicalIds }: DeployedStack,
  isPrivate: boolean,
): Synthesis {
  const { template } = synthesis;
  const names = newNames(template, deployed);
  const renamed = renameResources(template, names);
  const origins = new Map(
    [...synthesis.origins].map(([id, origin]) => [names.get(id) ?? id, origin] as const),
  );
  let kept = renamed;
  for (const [id, { Type: type, Properties: properties }] of Object.entries(deployed.Resources)) {
    // The body of Arclet's own API is written last, when all of its routes are known.
    const isTakenOver =
      id !== httpApiId && type === "AWS::ApiGatewayV2::Api" && properties?.["Body"] !== undefined;
    const resource = deployed.Resources[id];
    const physicalId = physicalIds.get(id);
    if (!isTakenOver || resource === undefined || physicalId === undefined) continue;
    if (kept.Resources[id]?.Type !== type) continue;
    kept = literalApi(routesInBody(kept, id, resource), id, physicalId);
  }
  return { template: bucketsAsDeployed(kept, deployed, isPrivate), origins };
}

/**
 * Refuses a template in which something would have a key that another resource still has.
 * @throws DeployError `ERR_ADOPTION`
 */
export function requireFreeKeys(template: Template, deployed: Template): void {
  const before = resourceKeys(deployed.Resources);
  for (const [key, holders] of resourceKeys(template.Resources)) {
    if (!isExclusive(key)) continue;
    const other = before.get(key)?.find((id) => !holders.includes(id));
    const twice = holders.length > 1 ? holders : other === undefined ? null : [...holders, other];
    if (twice === null) continue;
    throw new DeployError(
      "ERR_ADOPTION",
      `${twice.join(" and ")} would both be ${key}, and AWS allows only one`,
      { hints: ["A plugin adds or renames one of them: give it the other's logical id."] },
    );
  }
}

/** Deployed logical ids by those of the template. */
function newNames(template: Template, deployed: Template): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const before = resourceKeys(deployed.Resources);
  for (const [key, ids] of resourceKeys(template.Resources)) {
    const [id, ...others] = ids;
    const [old, ...ambiguous] = before.get(key) ?? [];
    if (id === undefined || old === undefined || id === old) continue;
    if (others.length > 0 || ambiguous.length > 0) continue;
    if (template.Resources[id]?.Type === deployed.Resources[old]?.Type) names.set(id, old);
  }
  // What had that id here, and what another type has there, gets one of its own.
  const taken = new Set(names.values());
  for (const [id, { Type: type }] of Object.entries(template.Resources)) {
    if (names.has(id)) continue;
    const there = Object.hasOwn(deployed.Resources, id) ? deployed.Resources[id] : undefined;
    if (taken.has(id) || (there !== undefined && there.Type !== type))
      names.set(id, `${id}${digest(`${type} ${id}`)}`);
  }
  return names;
}
