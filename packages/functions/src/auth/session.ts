import { invokeBuiltIn } from "../rooms/aws-channel.ts";
import { directChannel } from "../ws.ts";
import { readAppSecrets, type AppSecrets } from "./app-secret.ts";
import { readArchitectSession } from "./architect-session.ts";
import { cookiesNamed, type EventWithCookies } from "./cookies.ts";
import { checkIdentity, identityProblem, type Identity } from "./identity.ts";
import { tableMemory } from "./revocations.ts";
import { seal, unseal } from "./sealed.ts";

/** Name of the session's cookie. */
export const sessionCookie = "arclet_session";
/** Default lifetime of a session; `ARC_SESSION_TTL` (in seconds) overrides it. */
const defaultLifetimeSeconds = 30 * 24 * 60 * 60;
/** Browsers reject larger cookies: https://www.rfc-editor.org/rfc/rfc6265#section-6.1 */
const maximumCookieBytes = 4096;

/** JSON stored in a sealed cookie; `user` is the person's identity. */
export type SessionData = Readonly<Record<string, unknown>>;

/** A session that was read, with the time it was issued. */
export interface OpenSession {
  readonly data: SessionData;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
}

export interface Session {
  /** Resolves with the data of the request's session cookie; `{}` if there is no valid one. */
  read(event: EventWithCookies): Promise<SessionData>;
  /**
   * Resolves with a `Set-Cookie` header value that stores this data. `{}` ends the session.
   * Rejects with a TypeError if `user` is not an identity or the cookie would exceed 4096 bytes.
   */
  write(data: SessionData): Promise<string>;
  /**
   * Invalidates every session and ticket issued to this person so far, and closes their open sockets.
   * `id` is the identity's.
   */
  revoke(identity: { readonly id: string }): Promise<void>;
}

export const session: Session = {
  async read(event) {
    const opened = await openSession(event, readAppSecrets(), Date.now());
    if (opened === null) return {};
    const { data, issuedAt } = opened;
    const { user } = data;
    // Check revocation here too: a page with a revoked session could issue itself a ticket.
    const isRevoked =
      identityProblem(user) === null && (await revokedAt((user as Identity).id)) >= issuedAt;
    return isRevoked ? {} : data;
  },
  async write(data) {
    const { user } = data;
    if (user !== undefined && user !== null) checkIdentity(user);
    const secrets = readAppSecrets();
    const isEnd = Object.keys(data).length === 0;
    const seconds = isEnd ? 0 : lifetimeSeconds();
    const now = Date.now();
    const options = { purpose: "session", lifetimeMs: seconds * 1000, secrets, now } as const;
    const value = isEnd ? "" : await seal(data, options);
    const { ARC_SESSION_DOMAIN: domain = "" } = process.env;
    const cookie = [
      `${sessionCookie}=${value}`,
      `Max-Age=${seconds}`,
      "Path=/",
      ...(domain === "" ? [] : [`Domain=${domain}`]),
      "HttpOnly",
      "Secure",
      "SameSite=Lax",
    ].join("; ");
    const bytes = Buffer.byteLength(cookie);
    if (bytes > maximumCookieBytes) {
      throw new TypeError(
        `A session must fit into a cookie of ${maximumCookieBytes} bytes; this one has ${bytes}. Keep large data in a table`,
      );
    }
    return cookie;
  },
  async revoke({ id }) {
    if (typeof id !== "string" || id === "") {
      throw new TypeError("session.revoke needs the id of an identity");
    }
    const channel = directChannel()?.realtime;
    const command = { type: "revoke", id } as const;
    await (channel?.(command, null) ?? invokeBuiltIn(command, "RequestResponse"));
  },
};

/** Time of the last revocation in epoch milliseconds; 0 if the app's sockets need no login, so nothing can be revoked. */
async function revokedAt(id: string): Promise<number> {
  const channel = directChannel()?.realtime;
  if (channel !== undefined) {
    const reply = await channel({ type: "revoked-at", id }, null);
    return reply.type === "revoked-at" ? reply.at : 0;
  }
  const { ARC_REALTIME_TABLE } = process.env;
  return ARC_REALTIME_TABLE === undefined ? 0 : tableMemory.revokedAt(id);
}

/** Null if no cookie can be opened. Sessions written by Architect are read if the secret is the same. */
export async function openSession(
  event: EventWithCookies,
  secrets: AppSecrets,
  now: number,
): Promise<OpenSession | null> {
  for (const value of cookiesNamed(sessionCookie, event)) {
    const opened = await unseal(value, { purpose: "session", secrets, now });
    if (opened !== null) {
      return { data: opened.data as SessionData, issuedAt: opened.issuedAt };
    }
  }
  const data = await readArchitectSession(event, secrets.current, now);
  if (data === null) return null;
  const { iat, ...rest } = data;
  return { data: rest, issuedAt: typeof iat === "number" ? iat * 1000 : 0 };
}

function lifetimeSeconds(): number {
  const { ARC_SESSION_TTL: given } = process.env;
  if (given === undefined || given === "") return defaultLifetimeSeconds;
  const seconds = Number(given);
  if (!Number.isInteger(seconds) || seconds <= 0) {
    throw new TypeError(`ARC_SESSION_TTL must be a whole number of seconds, not "${given}"`);
  }
  return seconds;
}
