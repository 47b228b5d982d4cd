import type { Manifest } from "@arclet/manifest";
import { Events } from "../../packages/runtime/src/services/events/events.ts";
import { Queues } from "../../packages/runtime/src/services/queues/queues.ts";
import { Scheduler } from "../../packages/runtime/src/services/scheduled/scheduler.ts";
import { onTestFinished } from "vitest";
import { createMemoryContext } from "./memory-context.ts";
import { streamOfCats } from "./stream-of-cats.ts";

/** The first event of each local service that invokes functions, as JSON, by pragma. */
export async function openEvents(manifest: Manifest): Promise<Readonly<Record<string, string>>> {
  const local = createMemoryContext();
  const events = await Events.open(local.context, manifest);
  const queues = await Queues.open(local.context, manifest);
  const streams = streamOfCats(local.context, manifest);
  const scheduler = new Scheduler(local.context, manifest);
  onTestFinished(async () => {
    await Promise.all(
      [events, queues, streams.service, scheduler].map((service) => service.close()),
    );
  });
  for (const service of [events, queues, streams.service, scheduler]) service.start();
  await events.publish("daily", { message: "{}", subject: null, attributes: {} });
  const rest = { attributes: {}, delaySeconds: 0, groupId: "g", deduplicationId: null };
  await queues.find("jobs")?.send({ body: "{}", ...rest });
  streams.change("a");
  await local.pass("1d");
  return Object.fromEntries(
    local.calls
      .map(({ functionId, event }) => [functionId.split("/")[0] ?? "", JSON.stringify(event)])
      .toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
  );
}
