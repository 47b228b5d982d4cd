import type { StackChange } from "./reporter.ts";
import { holdsData } from "./template/data-types.ts";
import type { ResourceDifference } from "./template/compare-templates.ts";
import type { ResourceOrigin } from "./template/template.ts";

/** A resource that a deploy would change, and why. */
export interface PlannedChange extends StackChange {
  /** Names of the properties that differ, those that cause replacement first. */
  readonly properties: readonly string[];
}

/** Differences of templates as changes of a stack, with AWS's names of its resources. */
export function plannedChanges(
  differences: readonly ResourceDifference[],
  physicalIdOf: (logicalId: string) => string | null,
  origins: ReadonlyMap<string, ResourceOrigin>,
): readonly PlannedChange[] {
  return differences.map(({ action, logicalId, type, properties, isKept }) => ({
    action,
    logicalId,
    physicalId: physicalIdOf(logicalId),
    type,
    label: origins.get(logicalId)?.label ?? null,
    data:
      !holdsData(type) || action === "add" || action === "change"
        ? "none"
        : isKept
          ? "kept"
          : "deleted",
    properties,
  }));
}
