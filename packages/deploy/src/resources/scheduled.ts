import { eventSources, scheduledEvent, type ScheduledEventValues } from "@arclet/manifest";
import { addAsyncInvocation } from "./async-invocation.ts";
import { logicalId } from "../template/logical-ids.ts";
import { functionOf, invokedArn, type SynthesisContext } from "./synthesis-context.ts";
import { serviceRole } from "../template/service-role.ts";
import { attribute, sub } from "../template/template.ts";

/** EventBridge schedules and their role. Scheduler is used instead of rules because it supports time zones. */
export function addSchedules(context: SynthesisContext): void {
  const { manifest, template } = context;
  const { schedules } = eventSources(manifest);
  if (schedules.length === 0) return;
  const targets = schedules.map(({ functionId }) => functionOf(manifest, functionId));
  template.add(
    "SchedulerRole",
    serviceRole({
      service: "scheduler",
      statements: [
        {
          Effect: "Allow",
          Action: ["lambda:InvokeFunction"],
          Resource: targets.map(invokedArn),
        },
      ],
      permissionsBoundary: manifest.aws.permissionsBoundary,
    }),
    { label: "@scheduled", location: null },
  );
  for (const schedule of schedules) {
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
            Input: sub(JSON.stringify(scheduledEvent(placeholders(schedule.name)))),
          },
        },
      },
      { label: `schedule ${schedule.name}`, location: schedule.origin },
    );
    addAsyncInvocation(context, schedule);
  }
}

/** What CloudFormation and Scheduler put into the event. https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function placeholders(name: string): ScheduledEventValues {
  return {
    id: "<aws.scheduler.execution-id>",
    account: "${AWS::AccountId}",
    region: "${AWS::Region}",
    time: "<aws.scheduler.scheduled-time>",
    rule: `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/\${AWS::StackName}-${name}`,
  };
}
