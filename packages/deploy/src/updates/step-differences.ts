import { compareTemplates, type ResourceDifference } from "../template/compare-templates.ts";
import type { Template } from "../template/template.ts";
import type { UpdateStep } from "./update-steps.ts";

const order: readonly ResourceDifference["action"][] = [
  "replace",
  "maybe-replace",
  "remove",
  "add",
  "change",
];

/** What becomes of each resource in all steps together: the gravest of what a step does to it. */
export function stepDifferences(
  before: Template | null,
  steps: readonly UpdateStep[],
): readonly ResourceDifference[] {
  const found = new Map<string, ResourceDifference>();
  let from = before;
  for (const { template } of steps) {
    for (const difference of compareTemplates(from, template)) {
      const earlier = found.get(difference.logicalId);
      if (earlier === undefined || order.indexOf(difference.action) < order.indexOf(earlier.action))
        found.set(difference.logicalId, difference);
    }
    from = template;
  }
  return [...found.values()];
}
