import { randomUUID } from "node:crypto";
import { arn, localAccount, localRegion, physicalName } from "../aws-names.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html */
export function scheduledEvent(app: string, name: string, at: number): object {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: localAccount,
    // EventBridge leaves milliseconds out.
    time: new Date(at).toISOString().replace(/\.\d+Z$/, "Z"),
    region: localRegion,
    resources: [arn("events", `rule/${physicalName(app, name)}`)],
    detail: {},
  };
}
