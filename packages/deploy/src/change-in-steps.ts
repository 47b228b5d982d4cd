import type { Parameter } from "@aws-sdk/client-cloudformation";
import type { ArtifactBucket } from "./assets/artifact-bucket.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { DeployError } from "./errors.ts";
import { plannedChanges } from "./planned-changes.ts";
import type { DeployReporter, StackChange } from "./reporter.ts";
import { changeStack, type StackResult } from "./stack/change-stack.ts";
import { templateSource } from "./stack/template-source.ts";
import type { ResourceOrigin, Template } from "./template/template.ts";
import { stepDifferences } from "./updates/step-differences.ts";
import { updateSteps } from "./updates/update-steps.ts";

export interface SteppedChange {
  readonly stackName: string;
  readonly bucket: ArtifactBucket;
  /** What is deployed; null: there is no stack yet. */
  readonly before: Template | null;
  readonly after: Template;
  /** Of `after`. */
  readonly parameters: readonly Parameter[];
  readonly tags: { readonly [key: string]: string };
  readonly physicalIdOf: (logicalId: string) => string | null;
  /** The stack is taken over: nothing changes before everything is confirmed and Arclet's. */
  readonly isAdopted?: boolean;
}

/**
 * Brings a stack from one template to another, in the updates that AWS makes one after the other. What a
 * person must confirm is confirmed before the first of them. A deploy that ends between two updates is
 * resumed by the next one.
 */
export async function changeInSteps(
  clients: AwsClients,
  change: SteppedChange,
  origins: ReadonlyMap<string, ResourceOrigin>,
  confirm: (changes: readonly StackChange[]) => Promise<boolean>,
  reporter: DeployReporter,
): Promise<StackResult> {
  const { stackName, bucket, before, after, isAdopted = false } = change;
  const steps = updateSteps(before, after, {
    labelOf: (id) => origins.get(id)?.label ?? id,
    isMainFirst: isAdopted,
  });
  let ask = confirm;
  if (steps[0]?.kind === "early") {
    const planned = plannedChanges(stepDifferences(before, steps), change.physicalIdOf, origins);
    if (!(await confirm(planned)))
      throw new DeployError("ERR_NOT_CONFIRMED", "Nothing was changed");
    const known = new Set(planned.map(({ logicalId }) => logicalId));
    ask = async (found) => {
      const unknown = found.filter(
        ({ data, logicalId }) => data !== "none" && !known.has(logicalId),
      );
      return unknown.length === 0 || confirm(unknown);
    };
  }
  const made = new Map<string, StackChange>();
  let outputs: StackResult["outputs"] = new Map();
  for (const [index, { template, texts, kind }] of steps.entries()) {
    if (steps.length > 1)
      reporter.report({ type: "step", number: index + 1, count: steps.length, texts });
    const result = await changeStack(
      clients,
      {
        stackName,
        template: await templateSource(clients, bucket, stackName, JSON.stringify(template)),
        parameters: kind === "early" ? previousParameters(template) : change.parameters,
        tags: change.tags,
      },
      origins,
      kind === "main" ? ask : () => Promise.resolve(true),
      reporter,
    );
    for (const one of result.changes)
      if (kind === "main" || !made.has(one.logicalId)) made.set(one.logicalId, one);
    ({ outputs } = result);
  }
  return { changes: [...made.values()], outputs };
}

function previousParameters({ Parameters: parameters = {} }: Template): readonly Parameter[] {
  return Object.keys(parameters).map((key) => ({ ParameterKey: key, UsePreviousValue: true }));
}
