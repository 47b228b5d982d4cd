/** Fields that differ between events. In a deployed schedule, placeholders that EventBridge Scheduler fills in. */
export interface ScheduledEventValues {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** `2026-01-31T08:30:00Z` */
  readonly time: string;
  /** ARN of the rule. */
  readonly rule: string;
}

/**
 * Creates the event of a scheduled EventBridge rule, which scheduled functions receive locally, deployed by
 * Arclet, and deployed by Architect.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
 */
export function scheduledEvent(values: ScheduledEventValues): object {
  return {
    version: "0",
    id: values.id,
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: values.account,
    time: values.time,
    region: values.region,
    resources: [values.rule],
    detail: {},
  };
}
