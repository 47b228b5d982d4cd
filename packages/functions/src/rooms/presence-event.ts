import type { RoomName } from "../register.ts";
import type { Json } from "./member.ts";

/** One join or leave. */
export interface PresenceRecord {
  /** The same when the record is delivered again. */
  readonly eventId: string;
  readonly eventName: "JOIN" | "LEAVE";
  readonly room: RoomName;
  readonly connectionId: string;
  /** What the member joined with; of a LEAVE what it had last. */
  readonly member: Json;
  /** Epoch milliseconds. */
  readonly joinedAt: number;
}

/** What the function of a kind of rooms with `presence true` is invoked with: joins and leaves, in their order. */
export interface PresenceEvent {
  readonly Records: readonly PresenceRecord[];
}
