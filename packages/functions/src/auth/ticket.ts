import { readAppSecrets, type AppSecrets } from "./app-secret.ts";
import { checkIdentity, identityProblem, type Identity } from "./identity.ts";
import { seal, unseal } from "./sealed.ts";

/** Lifetime of a ticket. A page requests one right before it connects. */
export const ticketLifetimeMs = 60_000;
/** Query parameter of the socket's URL. */
export const ticketParameter = "ticket";

/** A valid ticket that has not been used yet. */
export interface OpenTicket {
  readonly identity: Identity;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Id that is stored when it is used. */
  readonly nonce: string;
}

export interface Tickets {
  /**
   * Resolves with a ticket that opens one socket for this person within 60 seconds. Add it to the socket's
   * URL as `?ticket=…`. Rejects with a TypeError if the value is not an identity.
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

/** Opens a ticket; null if it is not from this app or has expired. */
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
