import { eventSources } from "@arclet/manifest";
import { addAsyncInvocation } from "./async-invocation.ts";
import { logicalId, topicLogicalId } from "../template/logical-ids.ts";
import { functionOf, invokedArn, invokedId, type SynthesisContext } from "./synthesis-context.ts";
import { ref } from "../template/template.ts";
import { parameterOf } from "./discovery.ts";

/** SNS topics with their subscribed functions. */
export function addEvents(context: SynthesisContext): void {
  const { manifest, template } = context;
  for (const source of eventSources(manifest).events) {
    const { name, functionId, origin: location } = source;
    const declared = functionOf(manifest, functionId);
    const origin = { label: `event ${name}`, location };
    const id = topicLogicalId(name);
    template.add(id, { Type: "AWS::SNS::Topic", Properties: { DisplayName: name } }, origin);
    template.add(
      logicalId("Subscription", name),
      {
        Type: "AWS::SNS::Subscription",
        Properties: { Protocol: "lambda", TopicArn: ref(id), Endpoint: invokedArn(declared) },
      },
      origin,
    );
    template.add(
      logicalId("EventPermission", name),
      {
        Type: "AWS::Lambda::Permission",
        Properties: {
          Action: "lambda:InvokeFunction",
          FunctionName: ref(invokedId(declared)),
          Principal: "sns.amazonaws.com",
          SourceArn: ref(id),
        },
      },
      origin,
    );
    addAsyncInvocation(context, source);
    parameterOf(context, "events", name, id, location);
  }
}
