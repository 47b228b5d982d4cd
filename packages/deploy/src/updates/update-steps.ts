import type { Template, TemplateResource } from "../template/template.ts";
import { renamedVariables } from "./renamed-variables.ts";
import { indexChanges, withIndexes, type IndexChanges } from "./table-indexes.ts";

/** One of the successive updates of a stack. */
export interface UpdateStep {
  readonly template: Template;
  /** What it does of what AWS does not do at once: `table cats: create index byOwner`. */
  readonly texts: readonly string[];
  /**
   * `main`: everything else of the deploy comes with it. What is `early` has the deployed template's
   * parameters and resources.
   */
  readonly kind: "early" | "main" | "late";
}

export interface UpdateOptions {
  /** What people call a resource, by logical id. */
  readonly labelOf: (logicalId: string) => string;
  /** Everything else comes first: for a stack that the deploy takes over. @default false */
  readonly isMainFirst?: boolean;
}

/**
 * The updates from one template to another, in order; usually one. A deploy interrupted between updates is resumed
 * by the next deploy, which starts from the deployed state.
 */
export function updateSteps(
  before: Template | null,
  after: Template,
  { labelOf, isMainFirst = false }: UpdateOptions,
): readonly UpdateStep[] {
  if (before === null) return [{ template: after, texts: [], kind: "main" }];
  const changes = indexChanges(before, after);
  /** How many changes of a table are made when the main update is. */
  const withMain = ({ early }: IndexChanges): number => (isMainFirst ? 1 : Math.max(early, 1));
  // A stack that is taken over has its routes in its API's body.
  const routes = isMainFirst ? [] : renamedVariables(before, after);
  const earlySteps = Math.max(
    routes.length > 0 ? 1 : 0,
    ...changes.map((one) => withMain(one) - 1),
  );
  const lateSteps = Math.max(0, ...changes.map((one) => one.states.length - withMain(one)));
  const steps: UpdateStep[] = [];
  let made = changes.map(() => 0);
  const step = (base: Template, upTo: (one: IndexChanges) => number): void => {
    const next = changes.map(upTo);
    const removed = steps.length === 0 && base !== after ? routes : [];
    const indexTexts = changes.flatMap(({ tableId, texts: all }, index) =>
      all.slice(made[index], next[index]).map((text) => `${labelOf(tableId)}: ${text}`),
    );
    const texts = [
      ...removed.map(({ key }) => `route ${key}: remove it, as a variable gets another name`),
      ...indexTexts,
    ];
    const resources: Record<string, TemplateResource> = { ...base.Resources };
    if (base !== after) for (const { id } of routes) delete resources[id];
    for (const [index, { tableId, states }] of changes.entries()) {
      const count = next[index] ?? 0;
      const indexes = states[count - 1];
      const table = resources[tableId];
      if (indexes === undefined || table === undefined) continue;
      if (base === after && count === states.length) continue;
      resources[tableId] = { ...table, Properties: withIndexes(table, indexes) };
    }
    const kind =
      steps.length < earlySteps ? "early" : steps.length === earlySteps ? "main" : "late";
    steps.push({ template: { ...base, Resources: resources }, texts, kind });
    made = next;
  };
  for (let count = 1; count <= earlySteps; count += 1)
    step(before, (one) => Math.min(count, withMain(one) - 1));
  step(after, withMain);
  for (let count = 1; count <= lateSteps; count += 1)
    step(after, (one) => Math.min(withMain(one) + count, one.states.length));
  return steps;
}
