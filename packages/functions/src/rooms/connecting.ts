/** A join that waits for the answer of `$connect`. */
export interface WaitingJoin {
  readonly room: string;
  readonly id: string;
  /** JSON; null: the identity of who has logged in, if any. */
  readonly member: string | null;
}

/** Handshakes that a function of this environment answers right now, with the joins of each by their room. */
const connecting = new Map<string, Map<string, WaitingJoin>>();

/** False: the connection is not in its handshake here, and the join is to be carried out at once. */
export function collectJoin(join: WaitingJoin): boolean {
  return connecting.get(join.id)?.set(join.room, join) !== undefined;
}

/** False: the connection has not collected this join. */
export function collectLeave(room: string, id: string): boolean {
  return connecting.get(id)?.delete(room) ?? false;
}

/** From now on joins of this connection are collected. */
export function beginConnecting(id: string): void {
  connecting.set(id, new Map());
}

/** The joins that were collected; what comes later is carried out at once. */
export function endConnecting(id: string): readonly WaitingJoin[] {
  const joins = [...(connecting.get(id)?.values() ?? [])];
  connecting.delete(id);
  return joins;
}
