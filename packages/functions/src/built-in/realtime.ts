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
  successorOf,
} from "../rooms/memberships.ts";
import { identityKind } from "../rooms/room-name.ts";
import { forEachOf } from "../realtime/realtime-table.ts";
import { manageConnection } from "../ws.ts";

/** Runs joins, leaves and operations on all members of a room, on AWS. Fan-outs are never retried. */
export async function handler(request: BuiltInRequest): Promise<RealtimeReply> {
  switch (request.type) {
    case "join": {
      const { room, id, member } = request;
      const isLoggedIn = process.env["ARC_WS_AUTH"] !== undefined;
      const type = await join(room, id, member ?? (isLoggedIn ? await identityOf(id) : null));
      return (type === "gone" ? await askSuccessor(request) : null) ?? { type };
    }
    case "leave":
      await leave(request.room, request.id);
      break;
    case "of":
      return (await askSuccessor(request)) ?? { type: "rooms", rooms: await roomsOf(request.id) };
    case "fan-out": {
      const { recipients, base64 } = request;
      await forEachOf(await fanOut(recipients, Buffer.from(base64, "base64")), leaveAll);
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

/** The new id of a connection that rolled over, for functions that still use the old one; null if there is none. */
async function askSuccessor(
  request: Extract<BuiltInRequest, { readonly type: "join" | "of" }>,
): Promise<RealtimeReply | null> {
  const id = await successorOf(request.id);
  return id === null ? null : handler({ ...request, id });
}

/** Closes the sockets of an identity, including those that have rolled over. */
async function closeAll(identity: string): Promise<void> {
  for await (const page of membersOf(`${identityKind}:${identity}`)) {
    const ids = new Set(page.flatMap(({ id, formerId }) => [id, formerId]));
    await forEachOf([...ids], async (id) => {
      const response = await manageConnection(id, "DELETE");
      if (!response.ok && response.status !== 410) throw await refusalOf(response);
      await response.arrayBuffer();
    });
  }
}
