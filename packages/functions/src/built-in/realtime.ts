import { revoke } from "../auth/revocations.ts";
import { refusalOf } from "../signed-fetch.ts";
import type { BuiltInRequest } from "../rooms/aws-channel.ts";
import { fanOut } from "../rooms/fan-out.ts";
import { connectionsOf, empty, leaveAll } from "../rooms/memberships.ts";
import { identityKind } from "../rooms/room-name.ts";
import { forEachOf } from "../realtime/realtime-table.ts";
import { manageConnection } from "../ws.ts";

/** What concerns all members of a room, on AWS. Fan-outs are invoked once and never again. */
export async function handler(request: BuiltInRequest): Promise<void> {
  switch (request.type) {
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
}

/** Closes the sockets of an identity, those that have rolled over among them. */
async function closeAll(identity: string): Promise<void> {
  for await (const ids of connectionsOf(`${identityKind}:${identity}`)) {
    await forEachOf(ids, async (id) => {
      const response = await manageConnection(id, "DELETE");
      if (!response.ok && response.status !== 410) throw await refusalOf(response);
      await response.arrayBuffer();
    });
  }
}
