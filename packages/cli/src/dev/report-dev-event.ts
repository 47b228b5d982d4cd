import type { Reporter } from "../terminal/reporter.ts";
import type { DevEvent } from "./dev-event.ts";

/** Reports an event of a session. The caller reports `ready` itself. */
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
    case "repaired":
      return reporter.repaired(event.what);
    case "kept":
      return reporter.warning(`${event.what}: not reloaded, the previous version keeps running`);
    case "broken":
      return reporter.warning(
        `${event.what}: does not build, so every invocation fails until it does`,
      );
    case "still-broken":
      return reporter.warning(`${event.what}: still does not build`);
    case "self-written":
      return reporter.selfWritten(event.functionId, event.file);
    case "unwatched":
      return reporter.warning(event.text);
    case "command-output":
      return reporter.commandOutput(event.command, event.line);
    case "plugin-failed":
    case "failed":
      return reporter.warning(event.text);
    case "bug":
      return reporter.traffic({ type: "bug", where: event.where, error: event.error });
  }
}
