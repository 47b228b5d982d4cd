import { DeployError } from "../errors.ts";
import { locationText } from "../location-text.ts";
import type { ResourceOrigin, Template } from "../template/template.ts";
import { updateRefusals } from "./update-refusals.ts";
import { updateSteps } from "./update-steps.ts";

/**
 * Refuses an update that AWS would refuse halfway, after other resources have changed.
 * @throws DeployError `ERR_UPDATE_REFUSED` with every such change, its location in the manifest and a remedy
 */
export function requirePossibleUpdate(
  before: Template,
  after: Template,
  origins: ReadonlyMap<string, ResourceOrigin>,
): void {
  const steps = updateSteps(before, after, { labelOf: (id) => id });
  const refusals = steps.flatMap(({ template }, index) =>
    updateRefusals(steps[index - 1]?.template ?? before, template),
  );
  if (refusals.length === 0) return;
  const [first] = refusals;
  const nameOf = (id: string): string => {
    const origin = origins.get(id);
    return origin === undefined ? id : `${origin.label}${locationText(origin.location)}`;
  };
  throw new DeployError(
    "ERR_UPDATE_REFUSED",
    refusals.length === 1 && first !== undefined
      ? `AWS would refuse the update halfway: ${nameOf(first.logicalId)} ${first.text}`
      : `AWS would refuse the update halfway, because of ${refusals.length} changes`,
    {
      hints: refusals.map(({ logicalId, text, remedy }) =>
        refusals.length === 1 ? remedy : `${nameOf(logicalId)} ${text}. ${remedy}`,
      ),
    },
  );
}
