import type { Location } from "@arclet/manifest";
import { logicalId } from "../template/logical-ids.ts";
import type { SynthesisContext } from "./synthesis-context.ts";
import { ref, sub } from "../template/template.ts";

/** SSM parameter `/<stack>/<kind>/<name>`, where `@architect/functions` looks resources up. */
export function parameterOf(
  { template }: SynthesisContext,
  kind: "tables" | "events" | "queues" | "static",
  name: string,
  resourceId: string,
  location: Location | null,
): void {
  template.add(
    logicalId("Parameter", `${kind}/${name}`),
    {
      Type: "AWS::SSM::Parameter",
      Properties: {
        Type: "String",
        Name: sub(`/\${AWS::StackName}/${kind}/${name}`),
        Value: ref(resourceId),
      },
    },
    { label: `${kind} ${name}`, location },
  );
}
