/** Limits of a kind of rooms, from `ARC_ROOMS`. */
export interface RoomKind {
  /** Most members of a room; null for no limit. */
  readonly members: number | null;
  /** Messages per second from one connection; null for no limit. */
  readonly rate: number | null;
}

/** Most UTF-8 bytes, because the name is part of a table key. */
export const maximumRoomBytes = 256;
/** The room of all connections of a person, managed by the platform. */
export const identityKind = "@user";

/** @throws TypeError if the room's name is too long, or its kind is not under `@rooms` */
export function checkRoom(room: string): void {
  const name = kindOf(room);
  const names = Object.keys(declaredKinds());
  if (!names.includes(name)) {
    /** Similarity of two names: shared letters minus the difference in length. */
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

/** Limits of a room's kind; null for none. */
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
