import type { LambdaFunction, Manifest } from "@arclet/manifest";
import { attribute, ref, type TemplateValue } from "../template/template.ts";
import type { SynthesisContext } from "./synthesis-context.ts";

const failedEventsId = "FailedEvents";
/** The longest that SQS keeps a message: 14 days. */
const retentionSeconds = 1_209_600;

/**
 * `deadLetters true`: one queue for events, schedules and stream records that fail every retry. Each message
 * names the function and the error
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
 */
export function addFailedEvents({ manifest, template }: SynthesisContext): void {
  if (!hasFailedEvents(manifest)) return;
  template.add(
    failedEventsId,
    {
      Type: "AWS::SQS::Queue",
      DeletionPolicy: "Delete",
      UpdateReplacePolicy: "Delete",
      Properties: { MessageRetentionPeriod: retentionSeconds, SqsManagedSseEnabled: true },
    },
    { label: "failed events", location: null },
  );
  template.output("FailedEvents", "URL of the queue of events that failed", ref(failedEventsId));
}

/** Destination for events that fail every retry; empty if they are dropped. */
export function failureDestination(manifest: Manifest): {
  readonly DestinationConfig?: { readonly OnFailure: { readonly Destination: TemplateValue } };
} {
  return hasFailedEvents(manifest)
    ? { DestinationConfig: { OnFailure: { Destination: attribute(failedEventsId, "Arn") } } }
    : {};
}

/** The queue, for a function whose role puts messages there. */
export function failedEventsArns(
  manifest: Manifest,
  { id }: LambdaFunction,
): readonly TemplateValue[] {
  const isSource = sources(manifest).some(({ functionId }) => functionId === id);
  return hasFailedEvents(manifest) && isSource ? [attribute(failedEventsId, "Arn")] : [];
}

function hasFailedEvents(manifest: Manifest): boolean {
  return manifest.aws.deadLetters && sources(manifest).length > 0;
}

function sources({
  events,
  schedules,
  tableStreams,
}: Manifest): readonly { readonly functionId: string }[] {
  return [...events, ...schedules, ...tableStreams];
}
