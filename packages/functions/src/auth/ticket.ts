import { readAppSecrets, type AppSecrets } from "./app-secret.ts";
import { checkIdentity, identityProblem, type Identity } from "./identity.ts";
import { seal, unseal } from "./sealed.ts";

/** How long a ticket can open a socket: a page asks for one right before it connects. */
export const ticketLifetimeMs = 60_000;
/** Name of the parameter of the socket's URL. */
export const ticketParameter = "ticket";

/** A ticket that opened, which has not been used up yet. */
export interface OpenTicket {
  readonly identity: Identity;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** What is remembered of a used one. */
  readonly nonce: string;
}

export interface Tickets {
  /**
   * Resolves a text that opens one socket for this person within 60 seconds: put it into the socket's
   * URL as `?ticket=…`. Rejects with a TypeError when it is not an identity.
   */
  issue(identity: Identity): Promise<string>;
}

export const ticket: Tickets = {
  async issue(identity) {
    const secrets = readAppSecrets();
    const lifetimeMs = ticketLifetimeMs;
    const options = { purpose: "ticket", lifetimeMs, secrets, now: Date.now() } as const;
    return seal(checkIdentity(identity), options);
  },
};

/** Null: it is not a ticket of this app, or it has expired. */
export async function openTicket(
  text: string,
  secrets: AppSecrets,
  now: number,
): Promise<OpenTicket | null> {
  const opened = await unseal(text, { purpose: "ticket", secrets, now });
  if (opened === null || identityProblem(opened.data) !== null) return null;
  const { data, issuedAt, expiresAt, nonce } = opened;
  return { identity: data as Identity, issuedAt, expiresAt, nonce };
}
