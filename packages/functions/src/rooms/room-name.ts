/** What the manifest says about a kind of rooms, as `ARC_ROOMS` brings it. */
export interface RoomKind {
  /** At most so many members a room; null for no limit. */
  readonly members: number | null;
}

/** Bytes of UTF-8 at most: the name is part of a key of the table. */
export const maximumRoomBytes = 256;
/** The room of all connections of a person: only the platform puts somebody in. */
export const identityKind = "@user";

/** @throws TypeError when the room's name is not valid, or its kind is not under `@rooms` */
export function checkRoom(room: string): void {
  const kinds = declaredKinds();
  const names = Object.keys(kinds);
  const name = kindOf(room);
  if (names.length === 0) {
    throw new TypeError("The manifest has no rooms: add @rooms with a kind of rooms a line");
  }
  if (!names.includes(name)) {
    const [closest] = names.toSorted((a, b) => likeness(b, name) - likeness(a, name));
    throw new TypeError(
      `"${name.slice(0, 40)}" is not a kind of rooms. Did you mean "${closest}"? @rooms has ${names.join(", ")}`,
    );
  }
  const bytes = Buffer.byteLength(room);
  if (bytes > maximumRoomBytes) {
    throw new TypeError(
      `The room "${room.slice(0, 40)}…" has a name of ${bytes} bytes: the limit is ${maximumRoomBytes}`,
    );
  }
}

/** Members of a room at most; null for no limit. */
export function limitOf(room: string): number | null {
  return declaredKinds()[kindOf(room)]?.members ?? null;
}

/** `chat` of `chat:lobby`. */
export function kindOf(room: string): string {
  return String(room).split(":")[0] ?? "";
}

function declaredKinds(): Readonly<Record<string, RoomKind>> {
  return JSON.parse(process.env["ARC_ROOMS"] ?? "{}") as Record<string, RoomKind>;
}

/** How many letters two names share, less the difference of their lengths. */
function likeness(one: string, other: string): number {
  const shared = Array.from(other).filter((letter) => one.includes(letter)).length;
  return shared - Math.abs(one.length - other.length);
}
