import type { RoomName } from "../register.ts";
import type { Json } from "./member.ts";

/** One join or leave. */
export interface PresenceRecord {
  /** The same if the record is delivered again. */
  readonly eventId: string;
  readonly eventName: "JOIN" | "LEAVE";
  readonly room: RoomName;
  readonly connectionId: string;
  /** The member's value; for a LEAVE, its last value. */
  readonly member: Json;
  /** Epoch milliseconds. */
  readonly joinedAt: number;
}

/** Event of the function of a kind of rooms with `presence true`: joins and leaves, in order. */
export interface PresenceEvent {
  readonly Records: readonly PresenceRecord[];
}
