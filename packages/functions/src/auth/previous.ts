import type { AppSecrets } from "./app-secret.ts";
import { seal, unseal } from "./sealed.ts";
import { ticketLifetimeMs } from "./ticket.ts";

/** Query parameter of the socket's URL with the token of the connection to take over. */
export const previousParameter = "previous";
/** `type` of the message that carries the token, and the action that requests it. */
const messageType = "arclet-previous";

/** The opened token of a connection that rolls over. */
export interface OpenPrevious {
  readonly connectionId: string;
  /** `id` of the identity that opened it. */
  readonly identityId: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Id that is stored when it is used. */
  readonly nonce: string;
}

/**
 * Resolves with the message for a connection that is about to roll over. Its token opens one socket of the same
 * person within 60 seconds, and that socket takes over the connection's rooms.
 */
export async function writePrevious(
  connectionId: string,
  identityId: string,
  { secrets, now }: { readonly secrets: AppSecrets; readonly now: number },
): Promise<string> {
  const options = { purpose: "previous", lifetimeMs: ticketLifetimeMs, secrets, now } as const;
  const previous = await seal([connectionId, identityId], options);
  return JSON.stringify({ type: messageType, previous });
}

/** Opens a token; null if it is not from this app or has expired. */
export async function openPrevious(
  text: string,
  secrets: AppSecrets,
  now: number,
): Promise<OpenPrevious | null> {
  const opened = await unseal(text, { purpose: "previous", secrets, now });
  if (opened === null) return null;
  const [connectionId, identityId] = opened.data as readonly [string, string];
  const { expiresAt, nonce } = opened;
  return { connectionId, identityId, expiresAt, nonce };
}
