/** What the manifest says about a kind of rooms, as `ARC_ROOMS` brings it. */
export interface RoomKind {
  /** At most so many members a room; null for no limit. */
  readonly members: number | null;
  /** Messages a second from one connection; null for no limit. */
  readonly rate: number | null;
}

/** Bytes of UTF-8 at most: the name is part of a key of the table. */
export const maximumRoomBytes = 256;
/** The room of all connections of a person: only the platform puts somebody in. */
export const identityKind = "@user";

/** @throws TypeError when the room's name is too long, or its kind is not under `@rooms` */
export function checkRoom(room: string): void {
  const name = kindOf(room);
  const names = Object.keys(declaredKinds());
  if (!names.includes(name)) {
    /** How many letters two names share, less the difference of their lengths. */
    const likeness = (other: string): number =>
      Array.from(name).filter((letter) => other.includes(letter)).length -
      Math.abs(other.length - name.length);
    const [closest] = names.toSorted((a, b) => likeness(b) - likeness(a));
    throw new TypeError(
      closest === undefined
        ? "The manifest has no @rooms"
        : `"${name}" is not under @rooms (${names.join(", ")}). Did you mean "${closest}"?`,
    );
  }
  if (Buffer.byteLength(room) > maximumRoomBytes) {
    throw new TypeError(`"${room}" is too long: a room has at most ${maximumRoomBytes} bytes`);
  }
}

/** What the kind of a room allows; null for no limit. */
export function limitOf(room: string, limit: keyof RoomKind): number | null {
  return declaredKinds()[kindOf(room)]?.[limit] ?? null;
}

/** `chat` of `chat:lobby`. */
export function kindOf(room: string): string {
  const [kind = ""] = room.split(":");
  return kind;
}

function declaredKinds(): Readonly<Record<string, RoomKind>> {
  return JSON.parse(process.env["ARC_ROOMS"] ?? "{}") as Record<string, RoomKind>;
}
