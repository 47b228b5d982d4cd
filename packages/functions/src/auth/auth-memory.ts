import type { OpenTicket } from "./ticket.ts";

/** Storage for used tickets and revocations. */
export interface AuthMemory {
  /** Marks a ticket or roll-over token as used. Resolves with false if it was used before. */
  useTicket(ticket: Pick<OpenTicket, "nonce" | "expiresAt">): Promise<boolean>;
  /** Resolves with the time of the person's last revocation, in epoch milliseconds. Everything issued before it is invalid. */
  revokedAt(id: string): Promise<number>;
}
