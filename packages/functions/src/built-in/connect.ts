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
 * Around the function of `$connect`, on AWS: what it joined takes effect once it has answered 2xx. Who has
 * logged in is put into the room of their connections, and is refused if they were revoked meanwhile. One
 * that rolls over takes the rooms of its predecessor first, and is refused if that has closed. Locally the
 * gateway does all of it. `handler` is null where the app has no function of its own.
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
    // A revocation that came before the room was joined did not find this connection there.
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

/** What the built-in authorizer handed on; null without one. Numbers arrive as text. */
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
