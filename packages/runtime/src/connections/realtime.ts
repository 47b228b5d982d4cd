import type { AuthMemory, RealtimeCommand, RealtimeReply } from "@arclet/functions/gateway";
import type { Manifest } from "@arclet/manifest";
import type { Clock } from "../clock.ts";
import type { Traffic } from "../traffic/traffic.ts";
import { RoomRegistry, type PresenceChange, type RoomLimits } from "./room-registry.ts";

/** Rooms, used tickets and revocations of an app. On AWS, one table holds them. */
export class Realtime {
  readonly rooms: RoomRegistry;
  readonly memory: AuthMemory;
  readonly #clock: Clock;
  readonly #traffic: Traffic;
  #kinds: ReadonlyMap<string, RoomLimits & { readonly hasPresence: boolean }> = new Map();
  /** Nonces of used tickets with their expiry times, oldest first. */
  readonly #usedTickets = new Map<string, number>();
  readonly #revokedAt = new Map<string, number>();
  #onPresence: (change: PresenceChange) => void = () => {};
  #isNeeded = false;

  constructor(clock: Clock, traffic: Traffic) {
    this.#clock = clock;
    this.#traffic = traffic;
    this.rooms = new RoomRegistry({
      clock,
      limitsOf: (room) => this.#kinds.get(kindOf(room)) ?? unlimited,
      onPresence: (change) => {
        if (this.#kinds.get(kindOf(change.room))?.hasPresence === true) this.#onPresence(change);
      },
    });
    this.memory = {
      useTicket: async ({ nonce, expiresAt }) => this.#useTicket(nonce, expiresAt),
      revokedAt: async (id) => this.#revokedAt.get(id) ?? 0,
    };
  }

  /** Whether the app has rooms or logins. Without, there is no overhead. */
  get isNeeded(): boolean {
    return this.#isNeeded;
  }

  setManifest({ rooms, ws }: Pick<Manifest, "rooms" | "ws">): void {
    this.#kinds = new Map(
      rooms.map(({ name, members, rate, functionId }) => [
        name,
        { members, rate, hasPresence: functionId !== null },
      ]),
    );
    this.#isNeeded = rooms.length > 0 || (ws?.auth.length ?? 0) > 0;
  }

  /** Receives joins and leaves of kinds with presence. */
  onPresence(listener: (change: PresenceChange) => void): void {
    this.#onPresence = listener;
  }

  /** Whether a ticket or session issued to this person at a time (epoch milliseconds) has been revoked. */
  isRevoked(id: string, issuedAt: number): boolean {
    return issuedAt <= (this.#revokedAt.get(id) ?? 0);
  }

  /** Runs a function's command. `data` is the payload of `send`: bytes are a binary frame unless `isText`. */
  handle(
    command: RealtimeCommand,
    data: string | Uint8Array | null,
    isText: boolean = typeof data === "string",
  ): RealtimeReply {
    const { rooms } = this;
    switch (command.type) {
      case "join":
        return { type: rooms.join(command.room, command.id, command.member) };
      case "leave":
        rooms.leave(command.room, command.id);
        break;
      case "send": {
        const { room, except, from } = command;
        const message = { data: data ?? "", isText };
        const sent = rooms.send(room, message, except, from);
        if (sent === null) return { type: "too-fast" };
        const { members, missed } = sent;
        if (this.#traffic.isObserved) {
          this.#traffic.emit({ type: "room-sent", room, members, missed });
        }
        return { type: "sent", members };
      }
      case "members":
        return { type: "members", ...rooms.members(command.room, command.after) };
      case "of":
        return { type: "rooms", rooms: rooms.of(command.id) };
      case "close":
        rooms.empty(command.room);
        break;
      case "revoke":
        this.#revokedAt.set(command.id, this.#clock.now());
        rooms.kick(command.id);
        break;
      case "kick":
        rooms.kick(command.id);
        break;
      case "revoked-at":
        return { type: "revoked-at", at: this.#revokedAt.get(command.id) ?? 0 };
    }
    return { type: "done" };
  }

  #useTicket(nonce: string, expiresAt: number): boolean {
    const now = this.#clock.now();
    // All tickets have the same lifetime, so the oldest expires first.
    for (const [other, end] of this.#usedTickets) {
      if (end > now) break;
      this.#usedTickets.delete(other);
    }
    if (this.#usedTickets.has(nonce)) return false;
    this.#usedTickets.set(nonce, expiresAt);
    return true;
  }
}

const unlimited = Object.freeze({ members: null, rate: null, hasPresence: false });

/** `chat` of `chat:lobby`. */
function kindOf(room: string): string {
  const end = room.indexOf(":");
  return end === -1 ? room : room.slice(0, end);
}
