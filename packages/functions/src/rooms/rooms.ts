import { gone, limitExceeded, tooLarge } from "../gateway-error.ts";
import type { RealtimeCommand, RealtimeReply } from "../realtime/realtime-channel.ts";
import { directChannel } from "../ws.ts";
import type { Outgoing, RoomName } from "../register.ts";
import { encodePayload, maximumMessageBytes } from "../websocket-payload.ts";
import { awsChannel } from "./aws-channel.ts";
import { collectJoin, collectLeave } from "./connecting.ts";
import { writeMember, type Json } from "./member.ts";
import { membersOf } from "./memberships.ts";
import { checkRoom } from "./room-name.ts";

/** A connection in a room. */
export interface RoomMember {
  /** The connection's id. */
  readonly id: string;
  /** The value it joined with, or null. */
  readonly member: Json;
  readonly joinedAt: Date;
}

/** Operations on rooms. A room's name is a kind of `@rooms` or `kind:rest`, at most 256 bytes; other names reject with a TypeError. */
export interface Rooms {
  /**
   * Adds a connection to a room, or replaces its member (JSON, at most 1 KB). During `$connect`, the join takes
   * effect after the function has returned 2xx. Without `member`, a logged-in connection joins with its identity.
   * Rejects with `GoneException` if the connection has closed, and with `LimitExceededException` if the room is
   * full.
   */
  readonly join: (request: {
    readonly room: RoomName;
    readonly id: string;
    readonly member?: Json;
  }) => Promise<void>;
  readonly leave: (request: { readonly room: RoomName; readonly id: string }) => Promise<void>;
  /**
   * Sends to all members of the room except `except`. Resolves with the number of members. `from` is the sending
   * connection: beyond the kind's `rate`, the call rejects with `LimitExceededException`.
   * Rejects with `PayloadTooLargeException` beyond 128 KB.
   */
  readonly send: (request: {
    readonly room: RoomName;
    readonly payload: Outgoing;
    readonly except?: string | readonly string[];
    readonly from?: string;
  }) => Promise<{ readonly members: number }>;
  readonly members: (request: { readonly room: RoomName }) => AsyncIterable<RoomMember>;
  /** Resolves with the rooms of a connection. */
  readonly of: (request: { readonly id: string }) => Promise<readonly RoomName[]>;
  /** Removes all members from the room. Their sockets stay open. */
  readonly close: (request: { readonly room: RoomName }) => Promise<void>;
  /** Closes all sockets of the person with this identity `id`. */
  readonly kick: (request: { readonly id: string }) => Promise<void>;
}

export const rooms: Rooms = {
  async join({ room, id, member: given }) {
    checkRoom(room);
    checkId(id);
    const member = writeMember(given);
    if (collectJoin({ room, id, member })) return;
    const { type } = await askRealtime({ type: "join", room, id, member });
    if (type === "gone") throw gone(id);
    if (type === "full") throw limitExceeded(`"${room}" is full`);
  },
  async leave({ room, id }) {
    checkRoom(room);
    checkId(id);
    if (!collectLeave(room, id)) await askRealtime({ type: "leave", room, id });
  },
  async send({ room, payload, except = [], from = null }) {
    checkRoom(room);
    const data = encodePayload(payload, "rooms.send");
    if (Buffer.byteLength(data) > maximumMessageBytes) throw tooLarge();
    const command = { type: "send", room, except: [except].flat(), from } as const;
    const reply = (await askRealtime(command, data)) as SendReply;
    if (reply.type === "too-fast") throw limitExceeded(`${from} sends too fast`);
    return { members: reply.members };
  },
  async *members({ room }) {
    checkRoom(room);
    for await (const page of directChannel()?.realtime === undefined
      ? membersOf(room)
      : heldMembers(room)) {
      for (const { id, member, joinedAt } of page) {
        const value = JSON.parse(member ?? "null") as Json;
        yield { id, member: value, joinedAt: new Date(joinedAt) };
      }
    }
  },
  async of({ id }) {
    checkId(id);
    const reply = (await askRealtime({ type: "of", id })) as OfReply;
    // Hide the platform's own rooms.
    return reply.rooms.filter((room) => !room.startsWith("@"));
  },
  async close({ room }) {
    checkRoom(room);
    await askRealtime({ type: "close", room });
  },
  async kick({ id }) {
    checkId(id);
    await askRealtime({ type: "kick", id });
  },
};

/** Uses the gateway's channel if the environment provides one, otherwise AWS's services. */
const askRealtime = (
  command: RealtimeCommand,
  data: string | Uint8Array | null = null,
): Promise<RealtimeReply> => (directChannel()?.realtime ?? awsChannel)(command, data);

type MembersReply = Extract<RealtimeReply, { readonly type: "members" }>;
type SendReply = Extract<RealtimeReply, { readonly type: "sent" | "too-fast" }>;
type OfReply = Extract<RealtimeReply, { readonly type: "rooms" }>;

/** Members of a room held by the gateway, page by page. */
async function* heldMembers(room: string): AsyncGenerator<MembersReply["members"]> {
  let after: number | null = 0;
  while (after !== null) {
    const { members, next } = (await askRealtime({ type: "members", room, after })) as MembersReply;
    yield members;
    after = next;
  }
}

function checkId(id: string): void {
  if (typeof id !== "string" || id === "") throw new TypeError("The id must be a string");
}
