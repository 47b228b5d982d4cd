import { revoke } from "../auth/revocations.ts";
import { refusalOf } from "../signed-fetch.ts";
import type { RealtimeReply } from "../realtime/realtime-channel.ts";
import type { BuiltInRequest } from "../rooms/aws-channel.ts";
import { fanOut } from "../rooms/fan-out.ts";
import {
  empty,
  identityOf,
  join,
  leave,
  leaveAll,
  membersOf,
  roomsOf,
} from "../rooms/memberships.ts";
import { identityKind } from "../rooms/room-name.ts";
import { forEachOf } from "../realtime/realtime-table.ts";
import { manageConnection } from "../ws.ts";

/** What changes who is where, and what concerns all members of a room, on AWS. Fan-outs are invoked once and never again. */
export async function handler(request: BuiltInRequest): Promise<RealtimeReply> {
  switch (request.type) {
    case "join": {
      const { room, id, member } = request;
      const isLoggedIn = process.env["ARC_WS_AUTH"] !== undefined;
      return { type: await join(room, id, member ?? (isLoggedIn ? await identityOf(id) : null)) };
    }
    case "leave":
      await leave(request.room, request.id);
      break;
    case "of":
      return { type: "rooms", rooms: await roomsOf(request.id) };
    case "fan-out": {
      const { recipients, text, base64 = "" } = request;
      await forEachOf(await fanOut(recipients, text ?? Buffer.from(base64, "base64")), leaveAll);
      break;
    }
    case "gone":
      await forEachOf(request.ids, leaveAll);
      break;
    case "close":
      await empty(request.room);
      break;
    case "revoke":
      await revoke(request.id);
      await closeAll(request.id);
      break;
    default:
      await closeAll(request.id);
  }
  return { type: "done" };
}

/** Closes the sockets of an identity. */
async function closeAll(identity: string): Promise<void> {
  for await (const page of membersOf(`${identityKind}:${identity}`)) {
    await forEachOf(page, async ({ id }) => {
      const response = await manageConnection(id, "DELETE");
      if (!response.ok && response.status !== 410) throw await refusalOf(response);
      await response.arrayBuffer();
    });
  }
}
