import { randomUUID } from "node:crypto";
import { arnOf, localName, localPlace, scheduledEvent, type Manifest } from "@arclet/manifest";

/** The event of a schedule that fires at `at`, in epoch milliseconds, as JSON. */
export function localScheduledEvent(
  manifest: Pick<Manifest, "app" | "aws">,
  name: string,
  at: number,
): string {
  const place = localPlace(manifest);
  return JSON.stringify(
    scheduledEvent({
      ...place,
      id: randomUUID(),
      // EventBridge omits milliseconds.
      time: new Date(at).toISOString().replace(/\.\d+Z$/, "Z"),
      rule: arnOf(place, "events", `rule/${localName(manifest.app, name)}`),
    }),
  );
}
