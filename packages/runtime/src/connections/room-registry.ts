import { identityKind } from "@arclet/functions/gateway";
import type { Clock } from "../clock.ts";
import type { ConnectionId } from "./connection-router.ts";

/** One message for many connections. Its frame is encoded once. */
export interface SharedMessage {
  readonly data: string | Uint8Array;
  /** Whether it is a text frame; otherwise it is binary. */
  readonly isText: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Encoded by the first connection that needs them. */
  frames: Buffer | null;
}

/** A local connection that receives room messages. */
export interface RoomTarget {
  /** Returns false if it has closed, or its client reads too slowly. */
  deliver(message: SharedMessage): boolean;
  close(code: number, reason: string): void;
}

/** The person who opened a connection with a ticket or session. */
export interface ConnectionIdentity {
  readonly id: string;
  /** JSON of the whole identity. */
  readonly json: string;
  /** Epoch milliseconds when the ticket or session was issued. */
  readonly issuedAt: number;
}

/** A change of a room's members. */
export interface PresenceChange {
  /** `MODIFY` replaces a member, and `MOVE` its connection; neither is a join or leave. */
  readonly eventName: "JOIN" | "MODIFY" | "MOVE" | "LEAVE";
  readonly room: string;
  readonly connectionId: ConnectionId;
  /** With `MOVE`: the connection it took over from. */
  readonly formerId?: ConnectionId;
  /** JSON; for a LEAVE, the member's last value. */
  readonly member: string | null;
  /** Epoch milliseconds. */
  readonly joinedAt: number;
}

/** The limits of a kind of rooms. */
export interface RoomLimits {
  /** Members of a room at most; null for no limit. */
  readonly members: number | null;
  /** Messages a second from one connection; null for no limit. */
  readonly rate: number | null;
}

export interface RoomRegistryOptions {
  readonly clock: Clock;
  /** Returns the limits of a room's kind. */
  readonly limitsOf: (room: string) => RoomLimits;
  /** Called for every change, in order. */
  readonly onPresence: (change: PresenceChange) => void;
}

export interface RoomMember {
  readonly id: ConnectionId;
  /** JSON; null if it joined without one. */
  readonly member: string | null;
  /** Epoch milliseconds. */
  readonly joinedAt: number;
}

export interface MembersPage {
  readonly members: readonly RoomMember[];
  /** Cursor for the next page; null at the end. */
  readonly next: number | null;
}

/** How many members a page has. */
const pageSize = 1000;
interface Membership {
  connection: RoomConnection;
  readonly room: string;
  /** Number that orders members by join or roll-over; a page starts after one. */
  number: number;
  readonly joinedAt: number;
  member: string | null;
  /** Memberships of one connection form a linked list, because a map per connection would take too much memory. */
  before: Membership | null;
  next: Membership | null;
}

/** A connection from its handshake to its end. */
interface RoomConnection {
  readonly id: ConnectionId;
  /** Null until the socket is open. */
  target: RoomTarget | null;
  identity: ConnectionIdentity | null;
  /** Joins collected during the handshake, by room; null afterwards. */
  waiting: Map<string, string | null> | null;
  /** Its newest membership. */
  newest: Membership | null;
  /** The current second, and the messages sent in it. */
  sentSecond: number;
  sent: number;
}

/**
 * Room memberships of this process's connections. A join during the handshake takes effect when the socket
 * opens. A closed connection is in no room.
 */
export class RoomRegistry {
  readonly #options: RoomRegistryOptions;
  readonly #connections = new Map<ConnectionId, RoomConnection>();
  readonly #rooms = new Map<string, Map<ConnectionId, Membership>>();
  /** Replaced connections and their successors. Both ids refer to the successor. */
  readonly #formers = new Map<ConnectionId, Pick<RoomConnection, "id" | "target">>();
  #joins = 0;

  constructor(options: RoomRegistryOptions) {
    this.#options = options;
  }

  /** Starts a handshake: joins of this connection wait for its result. */
  begin(id: ConnectionId): void {
    this.#connections.set(id, {
      id,
      target: null,
      identity: null,
      waiting: new Map(),
      newest: null,
      sentSecond: 0,
      sent: 0,
    });
  }

  /** Sets the identity of a connection, which is the default member of its joins. */
  identify(id: ConnectionId, identity: ConnectionIdentity): void {
    const connection = this.#connections.get(id);
    if (connection !== undefined) connection.identity = identity;
  }

  /**
   * Completes an accepted handshake: moves the rooms of `previous`, then applies the collected joins. Returns
   * `gone` if `previous` has closed, and `full` if a room has too many members.
   */
  settle(id: ConnectionId, previous: ConnectionId | null = null): "done" | "full" | "gone" {
    const connection = this.#connections.get(id);
    const waiting = connection?.waiting;
    if (connection === undefined || waiting === null || waiting === undefined) return "done";
    connection.waiting = null;
    if (previous !== null && !this.#move(previous, connection)) return "gone";
    const { identity } = connection;
    if (identity !== null) this.join(`${identityKind}:${identity.id}`, id, identity.json);
    for (const [room, member] of waiting) {
      if (this.join(room, id, member) === "full") return "full";
    }
    return "done";
  }

  /** No message is lost: until the new socket is open, the old one receives them. */
  #move(previous: ConnectionId, to: RoomConnection): boolean {
    const from = this.#connections.get(previous);
    if (from?.id !== previous || from.waiting !== null) return false;
    for (const membership of membershipsOf(from)) {
      const { room, member, joinedAt } = membership;
      const members = this.#rooms.get(room);
      members?.delete(previous);
      members?.set(to.id, membership);
      membership.connection = to;
      membership.number = ++this.#joins;
      this.#report({
        eventName: "MOVE",
        room,
        connectionId: to.id,
        formerId: previous,
        member,
        joinedAt,
      });
    }
    // Functions run for at most 15 minutes, so no code still uses an older id.
    this.#forgetFormers(previous);
    to.newest = from.newest;
    from.newest = null;
    to.target = from.target;
    this.#formers.set(to.id, from);
    this.#connections.set(previous, to);
    return true;
  }

  /** The socket is open. */
  open(id: ConnectionId, target: RoomTarget): void {
    const connection = this.#connections.get(id);
    if (connection !== undefined) connection.target = target;
  }

  /** The connection has ended, or never opened: removes it from all rooms and prevents further joins. */
  end(id: ConnectionId): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    if (connection.id !== id) {
      // It has rolled over: its rooms belong to its successor.
      const former = this.#formers.get(connection.id);
      if (former?.id === id) former.target = null;
      return;
    }
    this.#connections.delete(id);
    this.#forgetFormers(id);
    for (const membership of membershipsOf(connection)) this.#remove(membership);
  }

  /** Closes a replaced socket too, because it is in no room through which it could be closed later. */
  #forgetFormers(id: ConnectionId): void {
    const former = this.#formers.get(id);
    if (former === undefined) return;
    this.#formers.delete(id);
    this.#connections.delete(former.id);
    former.target?.close(1000, closedNormally);
  }

  join(room: string, id: ConnectionId, member: string | null): "done" | "gone" | "full" {
    const connection = this.#connections.get(id);
    if (connection === undefined) return "gone";
    if (connection.waiting !== null) {
      connection.waiting.set(room, member);
      return "done";
    }
    const given = member ?? connection.identity?.json ?? null;
    const known = this.#rooms.get(room)?.get(connection.id);
    if (known !== undefined) {
      known.member = given;
      this.#reportOf("MODIFY", known);
      return "done";
    }
    if (this.#isFull(room)) return "full";
    this.#add(connection, room, given);
    return "done";
  }

  leave(room: string, id: ConnectionId): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    connection.waiting?.delete(room);
    const membership = this.#rooms.get(room)?.get(connection.id);
    if (membership !== undefined) this.#remove(membership);
  }

  /**
   * Sends one message to all members of a room. `from` counts against the kind's rate.
   * Returns the number of members, and of those that read too slowly; null if `from` exceeds its rate.
   */
  send(
    room: string,
    { data, isText }: Pick<SharedMessage, "data" | "isText">,
    except: readonly ConnectionId[],
    from: ConnectionId | null,
  ): { readonly members: number; readonly missed: number } | null {
    if (from !== null && !this.#maySend(room, from)) return null;
    const members = this.#rooms.get(room);
    if (members === undefined) return none;
    const at = this.#options.clock.now();
    const message: SharedMessage = { data, isText, at, frames: null };
    // A function that started before a roll-over uses the connection's old id.
    const excepted = except.map((id) => this.#connections.get(id)?.id ?? id);
    let found = 0;
    let missed = 0;
    for (const { connection } of members.values()) {
      if (excepted.length > 0 && excepted.includes(connection.id)) continue;
      found++;
      if (connection.target?.deliver(message) !== true) missed++;
    }
    return { members: found, missed };
  }

  /** Members that joined after the member with number `after`, in order. */
  members(room: string, after: number): MembersPage {
    const page: RoomMember[] = [];
    let last = after;
    for (const { connection, number, member, joinedAt } of this.#rooms.get(room)?.values() ?? []) {
      if (number <= after) continue;
      if (page.length === pageSize) return { members: page, next: last };
      page.push({ id: connection.id, member, joinedAt });
      last = number;
    }
    return { members: page, next: null };
  }

  /** Rooms of a connection, including the platform's own. */
  of(id: ConnectionId): readonly string[] {
    const connection = this.#connections.get(id);
    return connection === undefined ? [] : membershipsOf(connection).map(({ room }) => room);
  }

  /** Removes all members of a room. */
  empty(room: string): void {
    for (const membership of this.#rooms.get(room)?.values() ?? []) this.#remove(membership);
  }

  /** Closes all connections of an identity, including replaced ones. */
  kick(identityId: string): void {
    const members = this.#rooms.get(`${identityKind}:${identityId}`);
    for (const { connection } of Array.from(members?.values() ?? [])) {
      connection.target?.close(1000, closedNormally);
      this.#formers.get(connection.id)?.target?.close(1000, closedNormally);
    }
  }

  #isFull(room: string): boolean {
    const { members } = this.#options.limitsOf(room);
    return members !== null && (this.#rooms.get(room)?.size ?? 0) >= members;
  }

  #maySend(room: string, from: ConnectionId): boolean {
    const { rate } = this.#options.limitsOf(room);
    const connection = this.#connections.get(from);
    if (rate === null || connection === undefined) return true;
    const second = Math.floor(this.#options.clock.now() / 1000);
    if (connection.sentSecond !== second) {
      connection.sentSecond = second;
      connection.sent = 0;
    }
    return ++connection.sent <= rate;
  }

  #add(connection: RoomConnection, room: string, member: string | null): void {
    const joinedAt = this.#options.clock.now();
    const number = ++this.#joins;
    const { newest: next } = connection;
    const membership = { connection, room, number, joinedAt, member, before: null, next };
    if (next !== null) next.before = membership;
    connection.newest = membership;
    const members = this.#rooms.get(room);
    if (members === undefined) this.#rooms.set(room, new Map([[connection.id, membership]]));
    else members.set(connection.id, membership);
    this.#reportOf("JOIN", membership);
  }

  #remove(membership: Membership): void {
    const { connection, room, before, next } = membership;
    const members = this.#rooms.get(room);
    if (members?.delete(connection.id) !== true) return;
    if (members.size === 0) this.#rooms.delete(room);
    if (next !== null) next.before = before;
    if (before === null) connection.newest = next;
    else before.next = next;
    this.#reportOf("LEAVE", membership);
  }

  #reportOf(eventName: PresenceChange["eventName"], membership: Membership): void {
    const { connection, room, member, joinedAt } = membership;
    this.#report({ eventName, room, connectionId: connection.id, member, joinedAt });
  }

  /** The platform's own rooms are not the app's. */
  #report(change: PresenceChange): void {
    if (!change.room.startsWith("@")) this.#options.onPresence(change);
  }
}

/** In the order of their joins. */
function membershipsOf({ newest }: RoomConnection): Membership[] {
  const memberships: Membership[] = [];
  for (let next = newest; next !== null; next = next.next) memberships.push(next);
  return memberships.toReversed();
}

/** API Gateway's close reason when an app closes a connection. */
const closedNormally = "Connection Closed Normally";
const none = Object.freeze({ members: 0, missed: 0 });
