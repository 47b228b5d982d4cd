import type { Parameter } from "@aws-sdk/client-cloudformation";
import type { ArtifactBucket } from "./assets/artifact-bucket.ts";
import type { AwsClients } from "./aws/aws-clients.ts";
import { DeployError } from "./errors.ts";
import { plannedChanges } from "./planned-changes.ts";
import type { DeployReporter, StackChange } from "./reporter.ts";
import { changeStack, type StackResult } from "./stack/change-stack.ts";
import { storeTemplate, templateSource } from "./stack/template-source.ts";
import { nestedTemplateKey } from "./synthesis/nest-functions.ts";
import type { StackTemplates } from "./template/join-templates.ts";
import { functionStackId, isFunctionStackId } from "./template/logical-ids.ts";
import type { ResourceOrigin, Template } from "./template/template.ts";
import { stepDifferences } from "./updates/step-differences.ts";
import { updateSteps } from "./updates/update-steps.ts";

export interface SteppedChange {
  readonly stackName: string;
  readonly bucket: ArtifactBucket;
  /** The deployed templates; null if there is no stack yet. */
  readonly before: StackTemplates | null;
  readonly after: StackTemplates;
  /** Of `after`. */
  readonly parameters: readonly Parameter[];
  readonly tags: { readonly [key: string]: string };
  readonly physicalIdOf: (logicalId: string) => string | null;
  /** Whether the stack is taken over: nothing changes before the takeover is confirmed and complete. */
  readonly isAdopted?: boolean;
}

/**
 * Changes a stack from one template to another, in as many updates as AWS requires. The user confirms
 * everything before the first update. A deploy interrupted between updates is resumed by the next deploy.
 */
export async function changeInSteps(
  clients: AwsClients,
  change: SteppedChange,
  origins: ReadonlyMap<string, ResourceOrigin>,
  confirm: (changes: readonly StackChange[]) => Promise<boolean>,
  reporter: DeployReporter,
): Promise<StackResult> {
  const { stackName, bucket, before, after, isAdopted = false } = change;
  for (const template of after.nested.values())
    await storeTemplate(clients, bucket, nestedTemplateKey(stackName, template), template);
  const steps = updateSteps(before?.root ?? null, after.root, {
    labelOf: (id) => origins.get(id)?.label ?? id,
    isMainFirst: isAdopted,
  });
  const planned = plannedChanges(
    stepDifferences(before, steps, after.nested),
    change.physicalIdOf,
    origins,
  );
  const inner = planned.filter(({ logicalId }) => isInNested(logicalId, before, after));
  /** CloudFormation reports that a nested stack changes, but not which resources in it. */
  const detail = (found: readonly StackChange[]): readonly StackChange[] => {
    const moved = new Set(inner.map(({ logicalId }) => innerId(logicalId)));
    const rest = found.filter(
      ({ logicalId, action }) =>
        !isFunctionStackId(logicalId) && !(action === "remove" && moved.has(logicalId)),
    );
    return [...rest, ...inner];
  };
  const hasNested = after.nested.size > 0 || (before?.nested.size ?? 0) > 0;
  let ask = confirm;
  if (steps[0]?.kind === "early") {
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
        ...(hasNested && kind === "main" ? { detail } : {}),
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

const stackIdLength = functionStackId("").length;

/** Whether an id of the joined template is a nested stack's resource. */
function isInNested(
  joinedId: string,
  before: StackTemplates | null,
  after: StackTemplates,
): boolean {
  const stackId = joinedId.slice(0, stackIdLength);
  return after.nested.has(stackId) || before?.nested.has(stackId) === true;
}

function innerId(joinedId: string): string {
  return joinedId.slice(stackIdLength);
}

function previousParameters({ Parameters: parameters = {} }: Template): readonly Parameter[] {
  return Object.keys(parameters).map((key) => ({ ParameterKey: key, UsePreviousValue: true }));
}
