import { randomFillSync } from "node:crypto";
import { createNumberedIds, idKind, type NumberedIds } from "../numbered-ids.ts";

// Read off captured ids: 11 bytes, the ninth marks the kind.
const idBytes = 11;
const kindOffset = 8;

/** Makes ids of API Gateway's shape. */
export class IdSource {
  readonly #pool: Buffer = Buffer.allocUnsafe(idBytes * 256);
  #position: number = this.#pool.length;
  #count = 0;
  /** Of requests and messages: they are unique, and no secret. */
  readonly numbered: NumberedIds = createNumberedIds();

  /** A number that no other request or message has. */
  nextNumber(): number {
    return ++this.#count;
  }

  requestId(): string {
    return this.numbered.requestId(this.nextNumber());
  }

  /**
   * From the operating system's random source: it cannot be guessed. 16 characters of URL-safe base64, of
   * which the last one is `=`.
   */
  connectionId(): string {
    if (this.#position === this.#pool.length) {
      randomFillSync(this.#pool);
      this.#position = 0;
    }
    const start = this.#position;
    this.#position += idBytes;
    this.#pool[start + kindOffset] = idKind.connection;
    return `${this.#pool.toString("base64url", start, start + idBytes)}=`;
  }
}

const idPattern = /^[A-Za-z0-9_-]{15}=$/;

/** Whether a text could be a connection id at all; others are refused with 400 instead of 410. */
export function isConnectionId(text: string): boolean {
  return idPattern.test(text);
}

const apiIdAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Ten lower-case letters and digits. */
export function createApiId(): string {
  const letter = (): string =>
    apiIdAlphabet.charAt(Math.floor(Math.random() * apiIdAlphabet.length));
  return Array.from({ length: 10 }, letter).join("");
}
