import { asyncInvocationDefaults, type TopicSource } from "@arclet/manifest";
import { functionLogicalId, logicalId } from "../template/logical-ids.ts";
import { functionOf, liveAlias, type SynthesisContext } from "./synthesis-context.ts";
import { ref } from "../template/template.ts";

/** How often Lambda tries an event again, for a function that does not want Lambda's defaults. */
export function addAsyncInvocation(
  { manifest, template }: SynthesisContext,
  { functionId, origin, invocation }: Pick<TopicSource, "functionId" | "origin" | "invocation">,
): void {
  const { retries, maxAgeSeconds } = invocation;
  if (
    retries === asyncInvocationDefaults.retries &&
    maxAgeSeconds === asyncInvocationDefaults.maxAgeSeconds
  )
    return;
  const declared = functionOf(manifest, functionId);
  template.add(
    logicalId("AsyncInvocation", functionId),
    {
      Type: "AWS::Lambda::EventInvokeConfig",
      Properties: {
        FunctionName: ref(functionLogicalId(functionId)),
        // The alias `live` is what is invoked when concurrency is provisioned.
        Qualifier: declared.config.provisionedConcurrency === null ? "$LATEST" : liveAlias,
        MaximumRetryAttempts: retries,
        MaximumEventAgeInSeconds: maxAgeSeconds,
      },
    },
    { label: `retries of ${functionId}`, location: origin },
  );
}
