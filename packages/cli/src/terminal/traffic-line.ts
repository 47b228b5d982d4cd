import type { TrafficEvent } from "@arclet/runtime";
import { visibleLength } from "./fit-text.ts";
import type { Style } from "./style.ts";

/** Events of sockets and requests, which get one line each. */
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

export interface LineOptions {
  readonly isVerbose: boolean;
  readonly style: Style;
  /** Width of a line in columns; null for no limit. */
  readonly columns: number | null;
}

interface Row {
  readonly method: string;
  readonly route: string;
  readonly status: string;
  readonly durationMs: number | null;
  /** Details: the connection, its bytes. */
  readonly note?: string;
  /** The reason for a failure, on its own line. */
  readonly reason?: string | null;
}

/** Width of the route column. Longer routes move their status to the right. */
const routeWidth = 30;
const methodWidth = 7;
const statusWidth = 3;
const durationWidth = 9;

/** Lines for one event: one, and another with the reason for a failure. Empty if not shown at this level of detail. */
// oxlint-disable-next-line typescript/consistent-return -- the switch has every type of event
export function trafficLines(event: LineEvent, options: LineOptions): readonly string[] {
  const { style, isVerbose } = options;
  switch (event.type) {
    case "http": {
      const { method, path: route, status, durationMs, reason } = event;
      // Dim responses that no function sent, which are mostly files.
      const isQuiet = event.routeKey === null && status < 400 && style.hasColor;
      return isQuiet
        ? lines({ method, route, status: style.dim(String(status)), durationMs }, options, true)
        : lines({ method, route, status: statusText(status, style), durationMs, reason }, options);
    }
    case "connected": {
      const { durationMs, connectionId: note } = event;
      const row = { method: "WS", route: "$connect", status: style.green("101"), durationMs, note };
      return lines(row, options);
    }
    case "connect-refused": {
      const { durationMs, reason } = event;
      const status = statusText(event.status, style);
      return lines({ method: "WS", route: "$connect", status, durationMs, reason }, options);
    }
    case "message-in": {
      const { durationMs, connectionId, bytes, reason } = event;
      const note = isVerbose ? `${connectionId} ${bytes} B` : connectionId;
      const route = event.routeKey ?? "(no route)";
      return lines(
        { method: "WS", route, status: messageStatus(event, style), durationMs, note, reason },
        options,
      );
    }
    case "message-out": {
      const note = `${event.connectionId} ${event.bytes} B`;
      const row = { method: "WS", route: "→ client", status: style.dim("ok"), durationMs: null };
      return isVerbose ? lines({ ...row, note }, options, true) : [];
    }
    case "room-sent": {
      const { room, members, missed } = event;
      // Slow clients miss messages, so this is shown at any level of detail.
      if (missed === 0 && !isVerbose) return [];
      const note = `${members} members`;
      const status = missed === 0 ? style.dim("ok") : style.yellow("slow");
      const reason = missed === 0 ? null : `${missed} of them read too slowly and missed it`;
      const route = `→ ${room}`;
      return lines({ method: "WS", route, status, durationMs: null, note, reason }, options);
    }
    case "disconnected": {
      const { code, connectionId: note } = event;
      const status = style.dim(String(code));
      const reason = event.reason === "" ? null : event.reason;
      return lines(
        { method: "WS", route: "$disconnect", status, durationMs: null, note, reason },
        options,
      );
    }
    default:
      return placeless(event);
  }
}

function placeless(event: never): never {
  throw new Error(`no line for ${JSON.stringify(event)}`);
}

function messageStatus(
  { ok, status }: Extract<LineEvent, { type: "message-in" }>,
  style: Style,
): string {
  if (ok) return style.green("ok");
  return status === null ? style.red("err") : statusText(status, style);
}

function lines(
  { method, route, status, durationMs, note = "", reason = null }: Row,
  { style, columns }: LineOptions,
  isDim = false,
): readonly string[] {
  const duration =
    durationMs === null ? "".padStart(durationWidth) : style.dim(durationText(durationMs));
  const rest = `${status}${padding(status, statusWidth)} ${duration}${note === "" ? "" : `  ${style.dim(note)}`}`;
  const room = columns === null ? Infinity : columns - methodWidth - 2 - visibleLength(rest);
  const name = padded(shortened(printable(route), Math.max(routeWidth, room)));
  const line = `${style.magenta(printable(method).padEnd(methodWidth))} ${isDim ? style.dim(name) : name} ${rest}`;
  const because =
    reason === null ? [] : [`${"".padEnd(methodWidth + 1)}${style.yellow(printable(reason))}`];
  return [line.trimEnd(), ...because];
}

/** What a client chose (a path, a close reason) must not move the cursor or begin a line. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "�");
}

/** Cuts a path in the middle, because its ends matter more. */
function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}

function padded(text: string): string {
  return text + padding(text, routeWidth);
}

/** Pads a text, which may contain color codes, to a width. */
function padding(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - visibleLength(text)));
}

function durationText(durationMs: number): string {
  const text =
    durationMs < 1000 ? `${durationMs.toFixed(1)} ms` : `${(durationMs / 1000).toFixed(2)} s `;
  return text.padStart(durationWidth);
}

function statusText(status: number, style: Style): string {
  const text = String(status);
  if (status < 300) return style.green(text);
  if (status < 400) return style.cyan(text);
  return status < 500 ? style.yellow(text) : style.red(text);
}
