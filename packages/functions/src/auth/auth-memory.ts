import type { OpenTicket } from "./ticket.ts";

/** What the platform remembers: used tickets and revocations. */
export interface AuthMemory {
  /** Uses a ticket, or what a roll-over brings, up. Resolves false when it has been used before. */
  useTicket(ticket: Pick<OpenTicket, "nonce" | "expiresAt">): Promise<boolean>;
  /** Resolves the time (epoch milliseconds) before which nothing counts that was issued to this person. */
  revokedAt(id: string): Promise<number>;
}
