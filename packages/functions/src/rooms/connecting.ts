/** A join that waits for the answer of `$connect`. */
export interface WaitingJoin {
  readonly room: string;
  readonly id: string;
  /** JSON; null: the identity of who has logged in, if any. */
  readonly member: string | null;
}

/** Handshakes that a function of this environment answers right now, with the joins of each by their room. */
type Connecting = Map<string, Map<string, WaitingJoin>>;

/** The code around a function of AWS and the helper in its bundle are two copies of this file: they share it. */
const connectingKey = Symbol.for("arclet.connecting");

function handshakes(): Connecting {
  const shared = globalThis as { [connectingKey]?: Connecting };
  return (shared[connectingKey] ??= new Map());
}

/** False: the connection is not in its handshake here, and the join is to be carried out at once. */
export function collectJoin(join: WaitingJoin): boolean {
  return handshakes().get(join.id)?.set(join.room, join) !== undefined;
}

/** False: the connection has not collected this join. */
export function collectLeave(room: string, id: string): boolean {
  return handshakes().get(id)?.delete(room) ?? false;
}

/** From now on joins of this connection are collected. */
export function beginConnecting(id: string): void {
  handshakes().set(id, new Map());
}

/** The joins that were collected; what comes later is carried out at once. */
export function endConnecting(id: string): readonly WaitingJoin[] {
  const joins = [...(handshakes().get(id)?.values() ?? [])];
  handshakes().delete(id);
  return joins;
}
