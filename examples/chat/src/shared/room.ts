/** `chat:lobby` of `lobby`. */
export function roomOf(name: string): `chat:${string}` {
  return `chat:${name}`;
}

/** `lobby` of `chat:lobby`. */
export function nameOfRoom(room: string): string {
  return room.slice("chat:".length);
}
