import { locationText } from "../location-text.ts";
import type { ResourceOrigin } from "../template/template.ts";

/** The failure of one resource. */
export interface ResourceFailure {
  readonly logicalId: string;
  /** Physical id; null if it has none yet, or CloudFormation does not report it. */
  readonly physicalId: string | null;
  readonly reason: string;
}

/** Most failures shown. Later ones are usually consequences of the first. */
const shownFailures = 5;

/** One line per failure: the manifest entry, its location, and the reason. */
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
