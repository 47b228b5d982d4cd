import type { RealtimeCommand } from "@arclet/functions/gateway";

/** Fields of each command besides its type, and their types. */
const shapes: Readonly<Record<RealtimeCommand["type"], Readonly<Record<string, Check>>>> = {
  join: { room: isText, id: isText, member: isTextOrNull },
  leave: { room: isText, id: isText },
  send: { room: isText, except: isTexts, from: isTextOrNull },
  members: { room: isText, after: isNumber },
  of: { id: isText },
  close: { room: isText },
  kick: { id: isText },
  revoke: { id: isText },
  "revoked-at": { id: isText },
};

type Check = (value: unknown) => boolean;

/** Validates a message from a function's process, which may contain anything. null if it is not a command. */
export function readRealtimeCommand(json: string): RealtimeCommand | null {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof given !== "object" || given === null) return null;
  const fields = new Map<string, unknown>(Object.entries(given));
  const type = fields.get("type");
  if (typeof type !== "string" || !Object.hasOwn(shapes, type)) return null;
  const checks = Object.entries(shapes[type as RealtimeCommand["type"]]);
  return checks.every(([name, check]) => check(fields.get(name)))
    ? (given as RealtimeCommand)
    : null;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}
