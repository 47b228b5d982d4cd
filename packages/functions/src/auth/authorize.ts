import type { AuthMemory } from "./auth-memory.ts";
import type { AppSecrets } from "./app-secret.ts";
import { identityProblem, type Identity } from "./identity.ts";
import { isOriginAllowed, type OriginRule } from "./origins.ts";
import { openPrevious, previousParameter } from "./previous.ts";
import { openSession } from "./session.ts";
import { openTicket, ticketParameter } from "./ticket.ts";

/** Accepted logins for sockets, from `auth` under `@ws-settings`. */
export type AuthMethod = "ticket" | "session";

/** A WebSocket handshake, as API Gateway passes it to an authorizer. */
export interface AuthRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface AuthOptions {
  readonly methods: readonly AuthMethod[];
  readonly origins: OriginRule;
  readonly memory: AuthMemory;
  readonly secrets: AppSecrets;
}

/** The identity that opens the socket, or the HTTP status of the refusal. */
export type AuthVerdict =
  | {
      readonly ok: true;
      readonly identity: Identity;
      readonly issuedAt: number;
      /** The connection whose rooms this one takes over, in a roll-over; otherwise null. */
      readonly previousConnectionId: string | null;
    }
  | { readonly ok: false; readonly status: 401 | 403 };

/**
 * Authorizes a handshake, both locally and on AWS. A `previous` that is forged, expired, used or another
 * person's is refused: a socket that opens with `previous` takes over its rooms.
 */
export async function authorize(request: AuthRequest, options: AuthOptions): Promise<AuthVerdict> {
  const verdict = await identify(request, options);
  const text = request.query[previousParameter];
  if (!verdict.ok || text === undefined) return verdict;
  const { memory, secrets } = options;
  const previous = await openPrevious(text, secrets, request.now);
  const isOwn = previous !== null && previous.identityId === verdict.identity.id;
  if (!isOwn || !(await memory.useTicket(previous))) return unauthorized;
  return { ...verdict, previousConnectionId: previous.connectionId };
}

/**
 * Determines who opens a socket. A page of a foreign origin is refused before its ticket is used up. Programs
 * that send no `Origin` may use a ticket, but not a browser's cookie.
 */
async function identify(request: AuthRequest, options: AuthOptions): Promise<AuthVerdict> {
  const { methods, origins, memory, secrets } = options;
  const { headers, query, now } = request;
  const origin = headerOf(headers, "origin");
  if (origin !== undefined && !isOriginAllowed(origin, origins)) return forbidden;
  const text = query[ticketParameter];
  if (methods.includes("ticket") && text !== undefined && text !== "") {
    const ticket = await openTicket(text, secrets, now);
    if (ticket === null) return unauthorized;
    const { identity, issuedAt } = ticket;
    const isFirst = await memory.useTicket(ticket);
    return isFirst && (await isCurrent(identity.id, issuedAt, memory))
      ? { ok: true, identity, issuedAt, previousConnectionId: null }
      : unauthorized;
  }
  if (methods.includes("session") && origin !== undefined) {
    const opened = await openSession({ headers }, secrets, now);
    const user = opened?.data["user"];
    if (opened === null || identityProblem(user) !== null) return unauthorized;
    const identity = user as Identity;
    const { issuedAt } = opened;
    if (await isCurrent(identity.id, issuedAt, memory)) {
      return { ok: true, identity, issuedAt, previousConnectionId: null };
    }
  }
  return unauthorized;
}

const unauthorized: AuthVerdict = Object.freeze({ ok: false, status: 401 });
const forbidden: AuthVerdict = Object.freeze({ ok: false, status: 403 });

/** A ticket or session issued in the same millisecond as a revocation counts as revoked, to be safe. */
async function isCurrent(id: string, issuedAt: number, memory: AuthMemory): Promise<boolean> {
  return issuedAt > (await memory.revokedAt(id));
}

function headerOf(
  headers: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  for (const [other, value] of Object.entries(headers)) {
    if (other.toLowerCase() === name) return value;
  }
  return undefined;
}
