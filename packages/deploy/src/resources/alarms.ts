import { functionLogicalId, logicalId } from "../template/logical-ids.ts";
import { ref, type TemplateValue } from "../template/template.ts";
import type { SynthesisContext } from "./synthesis-context.ts";

const topicId = "AlarmTopic";
const periodSeconds = 300;

/**
 * `alarms`: creates an alarm per function, which notifies an address or topic if an invocation failed or was
 * throttled within five minutes.
 */
export function addAlarms({ manifest, template }: SynthesisContext): void {
  const { alarms } = manifest.aws;
  if (alarms === null || manifest.functions.length === 0) return;
  if (!alarms.startsWith("arn:"))
    template.add(
      topicId,
      {
        Type: "AWS::SNS::Topic",
        Properties: { Subscription: [{ Protocol: "email", Endpoint: alarms }] },
      },
      { label: "alarms", location: null },
    );
  const action: TemplateValue = alarms.startsWith("arn:") ? alarms : ref(topicId);
  for (const { id, origin } of manifest.functions) {
    const metric = (name: string, of: string): TemplateValue => ({
      Id: name,
      ReturnData: false,
      MetricStat: {
        Metric: {
          Namespace: "AWS/Lambda",
          MetricName: of,
          Dimensions: [{ Name: "FunctionName", Value: ref(functionLogicalId(id)) }],
        },
        Period: periodSeconds,
        Stat: "Sum",
      },
    });
    template.add(
      logicalId("Alarm", id),
      {
        Type: "AWS::CloudWatch::Alarm",
        Properties: {
          AlarmDescription: `${manifest.app} ${id}: errors or throttles`,
          AlarmActions: [action],
          OKActions: [action],
          ComparisonOperator: "GreaterThanThreshold",
          Threshold: 0,
          EvaluationPeriods: 1,
          // A function without invocations is healthy.
          TreatMissingData: "notBreaching",
          Metrics: [
            metric("errors", "Errors"),
            metric("throttles", "Throttles"),
            {
              Id: "failures",
              Label: "Errors and throttles",
              Expression: "FILL(errors, 0) + FILL(throttles, 0)",
              ReturnData: true,
            },
          ],
        },
      },
      { label: `alarm of function ${id}`, location: origin },
    );
  }
}
