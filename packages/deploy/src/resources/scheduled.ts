import { logicalId } from "../template/logical-ids.ts";
import { functionOf, invokedArn, type SynthesisContext } from "./synthesis-context.ts";
import { attribute } from "../template/template.ts";

/** EventBridge schedules (Scheduler, not rules: only it knows time zones) and the role they use. */
export function addSchedules({ manifest, template }: SynthesisContext): void {
  if (manifest.schedules.length === 0) return;
  const targets = manifest.schedules.map(({ functionId }) => functionOf(manifest, functionId));
  template.add(
    "SchedulerRole",
    {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "scheduler.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        },
        Policies: [
          {
            PolicyName: "arclet",
            PolicyDocument: {
              Version: "2012-10-17",
              Statement: [
                {
                  Effect: "Allow",
                  Action: ["lambda:InvokeFunction"],
                  Resource: targets.map(invokedArn),
                },
              ],
            },
          },
        ],
      },
    },
    { label: "@scheduled", location: null },
  );
  for (const schedule of manifest.schedules)
    template.add(
      logicalId("Schedule", schedule.name),
      {
        Type: "AWS::Scheduler::Schedule",
        Properties: {
          FlexibleTimeWindow: { Mode: "OFF" },
          ScheduleExpression: schedule.expression,
          ScheduleExpressionTimezone: schedule.timezone,
          Target: {
            Arn: invokedArn(functionOf(manifest, schedule.functionId)),
            RoleArn: attribute("SchedulerRole", "Arn"),
          },
        },
      },
      { label: `schedule ${schedule.name}`, location: schedule.origin },
    );
}
