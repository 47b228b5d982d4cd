import { compareTemplates, type ResourceDifference } from "../template/compare-templates.ts";
import { joinTemplates, type StackTemplates } from "../template/join-templates.ts";
import { functionStackId, isFunctionStackId } from "../template/logical-ids.ts";
import type { Template } from "../template/template.ts";
import type { UpdateStep } from "./update-steps.ts";

const stackIdLength = functionStackId("").length;

const order: readonly ResourceDifference["action"][] = [
  "replace",
  "maybe-replace",
  "remove",
  "add",
  "change",
];

/** The change of each resource over all steps: the most severe of them. */
export function stepDifferences(
  before: StackTemplates | null,
  steps: readonly UpdateStep[],
  nested: ReadonlyMap<string, Template>,
): readonly ResourceDifference[] {
  const found = new Map<string, ResourceDifference>();
  let from = before === null ? null : joinTemplates(before);
  for (const { template: root, kind } of steps) {
    const template = joinTemplates({
      root,
      nested: kind === "early" && before !== null ? before.nested : nested,
    });
    for (const difference of compareTemplates(from, template)) {
      const earlier = found.get(difference.logicalId);
      if (earlier === undefined || order.indexOf(difference.action) < order.indexOf(earlier.action))
        found.set(difference.logicalId, difference);
    }
    from = template;
  }
  return withMoves([...found.values()]);
}

/** What leaves the root for a nested stack, or the other way, is one thing that AWS makes again. */
export function withMoves(
  differences: readonly ResourceDifference[],
): readonly ResourceDifference[] {
  const byId = new Map(differences.map((difference) => [difference.logicalId, difference]));
  const gone = new Set<string>();
  const moved = differences.map((difference): ResourceDifference => {
    const { logicalId, action } = difference;
    if (action !== "add") return difference;
    const inner = isFunctionStackId(logicalId.slice(0, stackIdLength))
      ? logicalId.slice(stackIdLength)
      : "";
    const other =
      byId.get(inner) ??
      differences.find(
        ({ logicalId: id }) =>
          isFunctionStackId(id.slice(0, stackIdLength)) && id.slice(stackIdLength) === logicalId,
      );
    if (other?.action !== "remove" || other.type !== difference.type) return difference;
    gone.add(other.logicalId);
    return { ...difference, action: "replace", properties: ["its stack"], isKept: other.isKept };
  });
  return moved.filter(({ logicalId }) => !gone.has(logicalId));
}
