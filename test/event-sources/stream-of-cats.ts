import type { Manifest } from "@arclet/manifest";
import type { ServiceContext } from "../../packages/runtime/src/services/service-context.ts";
import { TableStreams } from "../../packages/runtime/src/services/tables-streams/table-streams.ts";

/** The stream of the table `cats`, without the database that feeds it. */
export interface StreamOfCats {
  readonly service: TableStreams;
  /** Adds items of these ids. */
  readonly change: (...ids: readonly string[]) => void;
}

export function streamOfCats(context: ServiceContext, manifest: Manifest): StreamOfCats {
  const service = new TableStreams(context, manifest, () => {});
  let sequence = 0;
  const change = (...ids: readonly string[]): void => {
    const changes = ids.map((id) => ({
      table: `${manifest.app}-staging-cats`,
      keys: { id: { S: id } },
      oldImage: null,
      newImage: { id: { S: id } },
      expired: false,
      id: `event-${(sequence += 1)}`,
      at: context.clock.now(),
      sequence,
      streamLabel: "2026-01-01T00:00:00.000",
      sizeBytes: 6,
    }));
    for (const { functionId } of service.consumers()) service.accept(functionId, changes);
  };
  return { service, change };
}
