/** A join or leave, as the function of a kind with `presence true` gets it. */
export interface PresenceRecord {
  /** The same if the record is delivered again. */
  readonly eventId: string;
  readonly eventName: "JOIN" | "LEAVE";
  readonly room: string;
  readonly connectionId: string;
  /** JSON; null for nothing. */
  readonly member: string | null;
  /** Epoch milliseconds. */
  readonly joinedAt: number;
}

/** The event of a batch, as JSON text. Members are JSON already: they are not parsed and written again. */
export function roomsEvent(records: readonly PresenceRecord[]): string {
  const texts = records.map(({ eventId, eventName, room, connectionId, member, joinedAt }) => {
    const head = JSON.stringify({ eventId, eventName, room, connectionId });
    return `${head.slice(0, -1)},"member":${member ?? "null"},"joinedAt":${joinedAt}}`;
  });
  return `{"Records":[${texts.join(",")}]}`;
}
