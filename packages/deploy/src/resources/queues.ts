import { eventSources } from "@arclet/manifest";
import { logicalId, queueLogicalId } from "../template/logical-ids.ts";
import {
  functionOf,
  invokedArn,
  responseTypes,
  type SynthesisContext,
} from "./synthesis-context.ts";
import { attribute } from "../template/template.ts";
import { parameterOf } from "./discovery.ts";

/** SQS queues, each with its dead letters and its consumer. */
export function addQueues(context: SynthesisContext): void {
  const { manifest, template } = context;
  for (const queue of eventSources(manifest).queues) {
    const declared = functionOf(manifest, queue.functionId);
    const origin = { label: `queue ${queue.name}`, location: queue.origin };
    const id = queueLogicalId(queue.name);
    const deadId = logicalId("DeadLetters", queue.name);
    // The dead letters of a FIFO queue must be FIFO too.
    const fifo = queue.fifo ? { FifoQueue: true, ContentBasedDeduplication: true } : {};
    template.add(
      deadId,
      {
        Type: "AWS::SQS::Queue",
        DeletionPolicy: "Delete",
        UpdateReplacePolicy: "Delete",
        Properties: {
          ...fifo,
          MessageRetentionPeriod: queue.deadLetterRetentionSeconds,
          SqsManagedSseEnabled: true,
        },
      },
      origin,
    );
    template.add(
      id,
      {
        Type: "AWS::SQS::Queue",
        DeletionPolicy: "Delete",
        UpdateReplacePolicy: "Delete",
        Properties: {
          ...fifo,
          VisibilityTimeout: queue.visibilityTimeoutSeconds,
          SqsManagedSseEnabled: true,
          RedrivePolicy: {
            deadLetterTargetArn: attribute(deadId, "Arn"),
            maxReceiveCount: queue.maxReceiveCount,
          },
        },
      },
      origin,
    );
    template.add(
      logicalId("QueueMapping", queue.name),
      {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          EventSourceArn: attribute(id, "Arn"),
          FunctionName: invokedArn(declared),
          BatchSize: queue.batchSize,
          ...(queue.batchWindowSeconds === 0
            ? {}
            : { MaximumBatchingWindowInSeconds: queue.batchWindowSeconds }),
          ...responseTypes(queue),
        },
      },
      origin,
    );
    parameterOf(context, "queues", queue.name, id, queue.origin);
  }
}
