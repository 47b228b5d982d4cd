import { asyncInvocationDefaults, type TopicSource } from "@arclet/manifest";
import { functionLogicalId, logicalId } from "../template/logical-ids.ts";
import { functionOf, invokedId, liveAlias, type SynthesisContext } from "./synthesis-context.ts";
import { failureDestination } from "./failed-events.ts";
import { ref } from "../template/template.ts";

/** Sets retries and the destination of failed events, unless Lambda's defaults apply. */
export function addAsyncInvocation(
  { manifest, template }: SynthesisContext,
  { functionId, origin, invocation }: Pick<TopicSource, "functionId" | "origin" | "invocation">,
): void {
  const { retries, maxAgeSeconds } = invocation;
  const destination = failureDestination(manifest);
  if (
    destination.DestinationConfig === undefined &&
    retries === asyncInvocationDefaults.retries &&
    maxAgeSeconds === asyncInvocationDefaults.maxAgeSeconds
  )
    return;
  const declared = functionOf(manifest, functionId);
  template.add(
    logicalId("AsyncInvocation", functionId),
    {
      Type: "AWS::Lambda::EventInvokeConfig",
      // Lambda looks for the alias, and whether the role may send to the destination.
      DependsOn: [
        logicalId("Role", functionId),
        ...(declared.config.provisionedConcurrency === null ? [] : [invokedId(declared)]),
      ],
      Properties: {
        FunctionName: ref(functionLogicalId(functionId)),
        // With provisioned concurrency, the alias `live` is invoked.
        Qualifier: declared.config.provisionedConcurrency === null ? "$LATEST" : liveAlias,
        MaximumRetryAttempts: retries,
        MaximumEventAgeInSeconds: maxAgeSeconds,
        ...destination,
      },
    },
    { label: `retries of ${functionId}`, location: origin },
  );
}
