import type { Reporter } from "../terminal/reporter.ts";
import type { DevEvent } from "./dev-event.ts";

/** Tells what happened in a session; that it is ready is for who started it to tell. */
export function reportDevEvent(
  event: Exclude<DevEvent, { type: "ready" }>,
  reporter: Reporter,
): void {
  switch (event.type) {
    case "traffic":
      return reporter.traffic(event.event);
    case "diagnostics":
      return reporter.diagnostics(event.diagnostics);
    case "reloaded":
      return reporter.reloaded(event.what, event.durationMs);
    case "kept":
      return reporter.warning(`${event.what}: what runs stays as it was`);
    case "broken":
      return reporter.warning(`${event.functionId}: fails until it builds`);
    case "plugin-failed":
      return reporter.warning(event.text);
    case "bug":
      return reporter.traffic({ type: "bug", where: event.where, error: event.error });
  }
}
