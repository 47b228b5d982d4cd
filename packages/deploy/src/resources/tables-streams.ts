import { eventSources, streamRetentionSeconds, type StreamPolling } from "@arclet/manifest";
import { logicalId, tableLogicalId } from "../template/logical-ids.ts";
import { failureDestination } from "./failed-events.ts";
import { attribute } from "../template/template.ts";
import {
  functionOf,
  invokedArn,
  responseTypes,
  type SynthesisContext,
} from "./synthesis-context.ts";

/** Event source mappings from the tables' streams to their functions. */
export function addTablesStreams(context: SynthesisContext): void {
  const { manifest, template } = context;
  for (const stream of eventSources(manifest).streams) {
    const declared = functionOf(manifest, stream.functionId);
    template.add(
      logicalId("TableStream", `${stream.table}/${stream.functionId}`),
      {
        Type: "AWS::Lambda::EventSourceMapping",
        // Lambda looks whether the role may read the stream and send to the destination.
        DependsOn: [logicalId("Role", stream.functionId)],
        Properties: {
          EventSourceArn: attribute(tableLogicalId(stream.table), "StreamArn"),
          FunctionName: invokedArn(declared),
          StartingPosition: "TRIM_HORIZON",
          BatchSize: stream.batchSize,
          ...(stream.batchWindowSeconds === 0
            ? {}
            : { MaximumBatchingWindowInSeconds: stream.batchWindowSeconds }),
          ...retriesOf(stream),
          BisectBatchOnFunctionError: stream.bisects,
          ...responseTypes(stream),
          ...failureDestination(manifest),
        },
      },
      { label: `stream of table ${stream.table}`, location: stream.origin },
    );
  }
}

/** Without a limit, Lambda retries until the records expire. */
export function retriesOf({
  retries,
  maxAgeSeconds,
}: Pick<StreamPolling, "retries" | "maxAgeSeconds">): { readonly [key: string]: number } {
  return {
    ...(retries === null ? {} : { MaximumRetryAttempts: retries }),
    ...(maxAgeSeconds === streamRetentionSeconds
      ? {}
      : { MaximumRecordAgeInSeconds: maxAgeSeconds }),
  };
}
