import { logicalId, tableLogicalId } from "../template/logical-ids.ts";
import { attribute } from "../template/template.ts";
import { functionOf, invokedArn, type SynthesisContext } from "./synthesis-context.ts";

/** Event source mappings from the tables' streams to their functions. */
export function addTablesStreams(context: SynthesisContext): void {
  const { manifest, template } = context;
  for (const stream of manifest.tableStreams) {
    const declared = functionOf(manifest, stream.functionId);
    template.add(
      logicalId("TableStream", `${stream.table}/${stream.functionId}`),
      {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          EventSourceArn: attribute(tableLogicalId(stream.table), "StreamArn"),
          FunctionName: invokedArn(declared),
          StartingPosition: "TRIM_HORIZON",
          BisectBatchOnFunctionError: true,
          FunctionResponseTypes: ["ReportBatchItemFailures"],
        },
      },
      { label: `stream of table ${stream.table}`, location: stream.origin },
    );
  }
}
