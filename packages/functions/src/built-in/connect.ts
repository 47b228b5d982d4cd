import { tableMemory } from "../auth/revocations.ts";
import { beginConnecting, endConnecting } from "../rooms/connecting.ts";
import { join, leaveAll } from "../rooms/memberships.ts";
import { moveRooms } from "../rooms/move-rooms.ts";
import { identityKind } from "../rooms/room-name.ts";
import { directChannel } from "../ws.ts";
import { callUserHandler, type UserHandler } from "./user-handler.ts";

interface ConnectEvent {
  readonly requestContext: {
    readonly connectionId: string;
    readonly authorizer?: Readonly<Record<string, unknown>>;
  };
}

/**
 * Wraps the `$connect` function on AWS. Its joins take effect once it has returned 2xx. A logged-in connection
 * joins the room of its identity's connections, and is refused if the identity was revoked meanwhile. In a
 * roll-over it first takes the rooms of the previous connection, and is refused if that has closed. Locally, the
 * gateway does all of this. `handler` is null if the app has no such function.
 */
export function aroundConnect(
  handler: UserHandler | null,
): (event: ConnectEvent, context: unknown) => Promise<unknown> {
  return async (event, context) => {
    const answer = (): Promise<unknown> =>
      handler === null
        ? Promise.resolve({ statusCode: 200 })
        : callUserHandler(handler, event, context);
    if (directChannel()?.realtime !== undefined) return answer();
    const { connectionId: id, authorizer } = event.requestContext;
    beginConnecting(id);
    let result: unknown;
    let joins;
    try {
      result = await answer();
    } finally {
      joins = endConnecting(id);
    }
    if (!isAccepted(result)) return result;
    const identity = readIdentity(authorizer);
    if (identity !== null) {
      const { previousConnectionId: previous } = identity;
      if (previous !== null && !(await moveRooms(previous, id))) return previousIsGone;
      await join(`${identityKind}:${identity.id}`, id, identity.json);
    }
    for (const { room, member } of joins) {
      if ((await join(room, id, member ?? identity?.json ?? null)) === "full") {
        await leaveAll(id);
        return roomIsFull;
      }
    }
    // A revocation before this join did not find the connection in the room.
    if (identity === null || (await tableMemory.revokedAt(identity.id)) < identity.issuedAt) {
      return result;
    }
    await leaveAll(id);
    return unauthorized;
  };
}

const unauthorized = { statusCode: 401 };
const previousIsGone = { statusCode: 410 };
const roomIsFull = { statusCode: 429 };

function isAccepted(result: unknown): boolean {
  const { statusCode } = (result ?? {}) as { readonly statusCode?: unknown };
  const status = Number(statusCode);
  return status >= 200 && status < 300;
}

/** The built-in authorizer's context; null without one. API Gateway passes numbers as text. */
function readIdentity(authorizer: Readonly<Record<string, unknown>> | undefined): {
  readonly id: string;
  readonly issuedAt: number;
  readonly json: string;
  readonly previousConnectionId: string | null;
} | null {
  if (authorizer === undefined || process.env["ARC_WS_AUTH"] === undefined) return null;
  const {
    principalId,
    integrationLatency: _,
    issuedAt,
    previousConnectionId: previous,
    ...identity
  } = authorizer;
  return {
    id: String(principalId),
    issuedAt: Number(issuedAt),
    json: JSON.stringify(identity),
    previousConnectionId: typeof previous === "string" ? previous : null,
  };
}
