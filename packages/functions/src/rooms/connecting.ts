/** A join that waits for the result of `$connect`. */
export interface WaitingJoin {
  readonly room: string;
  readonly id: string;
  /** JSON; null means the identity of the logged-in person, if any. */
  readonly member: string | null;
}

/** Handshakes that this environment is processing, with their joins by room. */
type Connecting = Map<string, Map<string, WaitingJoin>>;

/** The wrapper and the helper in the function's bundle are two copies of this file and must share this state. */
const connectingKey = Symbol.for("arclet.connecting");

function handshakes(): Connecting {
  const shared = globalThis as { [connectingKey]?: Connecting };
  return (shared[connectingKey] ??= new Map());
}

/** Returns false if the connection is not in its handshake here, so the join must run immediately. */
export function collectJoin(join: WaitingJoin): boolean {
  return handshakes().get(join.id)?.set(join.room, join) !== undefined;
}

/** Returns false if this join was not collected. */
export function collectLeave(room: string, id: string): boolean {
  return handshakes().get(id)?.delete(room) ?? false;
}

/** Starts collecting joins of this connection. */
export function beginConnecting(id: string): void {
  handshakes().set(id, new Map());
}

/** Returns the collected joins, and stops collecting: later joins run immediately. */
export function endConnecting(id: string): readonly WaitingJoin[] {
  const joins = [...(handshakes().get(id)?.values() ?? [])];
  handshakes().delete(id);
  return joins;
}
