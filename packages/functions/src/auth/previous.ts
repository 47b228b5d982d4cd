import type { AppSecrets } from "./app-secret.ts";
import { seal, unseal } from "./sealed.ts";
import { ticketLifetimeMs } from "./ticket.ts";

/** Name of the parameter of the socket's URL: the connection whose place the new one takes. */
export const previousParameter = "previous";
/** `type` of the message that brings it, which is also the action that asks for it. */
const messageType = "arclet-previous";

/** A connection that rolls over, as it was sealed for its own client. */
export interface OpenPrevious {
  readonly connectionId: string;
  /** `id` of who has opened it. */
  readonly identityId: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** What is remembered of a used one. */
  readonly nonce: string;
}

/**
 * Resolves the message that answers a connection which is about to roll over. What it brings opens one
 * socket of the same person within 60 seconds, and that socket takes over the connection's rooms.
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

/** Null: it is not of this app, or it has expired. */
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
