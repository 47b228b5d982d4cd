import { logicalId, queueLogicalId } from "../template/logical-ids.ts";
import { functionOf, invokedArn, type SynthesisContext } from "./synthesis-context.ts";
import { attribute } from "../template/template.ts";
import { parameterOf } from "./discovery.ts";

/** Tries before a message goes to the dead letters. */
const receiveCount = 5;
/** 14 days, the longest SQS keeps a message. */
const deadLetterSeconds = 1_209_600;

/** SQS queues, each with its dead letters and its consumer. */
export function addQueues(context: SynthesisContext): void {
  const { manifest, template } = context;
  for (const queue of manifest.queues) {
    const declared = functionOf(manifest, queue.functionId);
    const origin = { label: `queue ${queue.name}`, location: queue.origin };
    const id = queueLogicalId(queue.name);
    // FIFO queues know none, and others need one to gather more than 10 messages
    // (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
    const windowSeconds = queue.fifo
      ? 0
      : Math.max(queue.batchWindow, queue.batchSize > 10 ? 1 : 0);
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
          MessageRetentionPeriod: deadLetterSeconds,
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
          // Six times the function's time-out, so that a throttled batch is not handed out twice
          // (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
          VisibilityTimeout: 6 * declared.config.timeout + windowSeconds,
          SqsManagedSseEnabled: true,
          RedrivePolicy: {
            deadLetterTargetArn: attribute(deadId, "Arn"),
            maxReceiveCount: receiveCount,
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
          ...(windowSeconds === 0 ? {} : { MaximumBatchingWindowInSeconds: windowSeconds }),
          FunctionResponseTypes: ["ReportBatchItemFailures"],
        },
      },
      origin,
    );
    parameterOf(context, "queues", queue.name, id, queue.origin);
  }
}
