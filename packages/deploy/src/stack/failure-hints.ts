import { locationText } from "../location-text.ts";
import type { ResourceOrigin } from "../template/template.ts";

/** Why one resource could not be made or changed. */
export interface ResourceFailure {
  readonly logicalId: string;
  /** AWS's name of it; null when it has none yet, or CloudFormation does not say. */
  readonly physicalId: string | null;
  readonly reason: string;
}

/** More than these are consequences of the first ones, and the reason shall fit on a screen. */
const shownFailures = 5;

/** One line per failure: what of the manifest, at which line, and why. */
export function failureHints(
  failures: readonly ResourceFailure[],
  origins: ReadonlyMap<string, ResourceOrigin>,
): readonly string[] {
  const lines = failures.slice(0, shownFailures).map(({ logicalId, reason }) => {
    const origin = origins.get(logicalId);
    return `${origin?.label ?? logicalId}${locationText(origin?.location ?? null)}: ${reason}`;
  });
  const more = failures.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}
