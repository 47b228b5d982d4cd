import type { TrafficEvent } from "@arclet/runtime";
import type { Style } from "./style.ts";

/** Columns of the route, so that statuses stand in one line; longer routes push theirs. */
const routeWidth = 30;

/** Events of sockets and requests: one line each. */
export type LineEvent = Extract<
  TrafficEvent,
  {
    type:
      | "http"
      | "connected"
      | "connect-refused"
      | "message-in"
      | "message-out"
      | "room-sent"
      | "disconnected";
  }
>;

/** One line for one thing that happened; null for what is not shown in this detail. */
export function trafficLine(event: LineEvent, isVerbose: boolean, style: Style): string | null {
  switch (event.type) {
    case "http": {
      const text = row(
        event.method,
        event.path,
        statusText(event.status, style),
        event.durationMs,
        style,
      );
      // What no function answered (files, mostly) steps back behind what one did.
      return event.routeKey === null && event.status < 400 && style.hasColor
        ? row(
            event.method,
            style.dim(padded(event.path)),
            style.dim(String(event.status)),
            event.durationMs,
            style,
          )
        : text;
    }
    case "connected":
      return row("WS", "$connect", style.green("101"), event.durationMs, style, event.connectionId);
    case "connect-refused":
      return row(
        "WS",
        "$connect",
        statusText(event.status, style),
        event.durationMs,
        style,
        event.reason,
      );
    case "message-in":
      return row(
        "WS",
        event.routeKey ?? "(no route)",
        event.ok ? style.green("ok") : style.red("err"),
        event.durationMs,
        style,
        isVerbose ? `${event.connectionId} ${event.bytes} B` : event.connectionId,
      );
    case "message-out":
      return isVerbose
        ? row(
            "WS",
            style.dim(padded("→ client")),
            style.dim("ok"),
            null,
            style,
            `${event.connectionId} ${event.bytes} B`,
          )
        : null;
    case "room-sent":
      return roomLine(event, isVerbose, style);
    default:
      return row(
        "WS",
        "$disconnect",
        style.dim(String(event.code)),
        null,
        style,
        disconnectNote(event),
      );
  }
}

/** Whoever reads too slowly misses messages: that is worth a line in any detail. */
function roomLine(
  { room, members, missed }: Extract<TrafficEvent, { type: "room-sent" }>,
  isVerbose: boolean,
  style: Style,
): string | null {
  if (missed === 0 && !isVerbose) return null;
  const status = missed === 0 ? style.dim("ok") : style.yellow("slow");
  const note = missed === 0 ? "" : `, ${missed} missed it`;
  return row("WS", `→ ${room}`, status, null, style, `${members} members${note}`);
}

function disconnectNote(event: Extract<TrafficEvent, { type: "disconnected" }>): string {
  return event.reason === "" ? event.connectionId : `${event.connectionId} ${event.reason}`;
}

function row(
  method: string,
  route: string,
  status: string,
  durationMs: number | null,
  style: Style,
  note = "",
): string {
  const duration = durationMs === null ? "".padStart(9) : style.dim(durationText(durationMs));
  const end = note === "" ? "" : `  ${style.dim(note)}`;
  return `${style.magenta(method.padEnd(7))} ${padded(route)} ${status}${padding(status, 3)} ${duration}${end}`.trimEnd();
}

function padded(text: string): string {
  return text + padding(text, routeWidth);
}

/** Spaces that bring a text, which may hold colours, to a width. */
function padding(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - visibleLength(text)));
}

function visibleLength(text: string): number {
  // oxlint-disable-next-line no-control-regex -- the escape sequences of colours begin with one
  return text.replaceAll(/\u001B\[\d+m/g, "").length;
}

function durationText(durationMs: number): string {
  const text =
    durationMs < 1000 ? `${durationMs.toFixed(1)} ms` : `${(durationMs / 1000).toFixed(2)} s `;
  return text.padStart(9);
}

function statusText(status: number, style: Style): string {
  const text = String(status);
  if (status < 300) return style.green(text);
  if (status < 400) return style.cyan(text);
  return status < 500 ? style.yellow(text) : style.red(text);
}
