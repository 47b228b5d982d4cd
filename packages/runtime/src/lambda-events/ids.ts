import { randomFillSync, randomInt } from "node:crypto";

// Read off captured ids: 11 bytes, the ninth marks the kind.
const idBytes = 11;
const kindOffset = 8;
const connectionKind = 0x02;
const requestKind = 0x05;

/** Makes ids of API Gateway's shape from the operating system's random source: they cannot be guessed. */
export class IdSource {
  readonly #pool: Buffer = Buffer.allocUnsafe(idBytes * 256);
  #position: number = this.#pool.length;

  /** Connection or message: 16 characters of URL-safe base64, one trailing `=`. */
  connectionId(): string {
    return this.#next(connectionKind);
  }

  requestId(): string {
    return this.#next(requestKind);
  }

  #next(kind: number): string {
    if (this.#position === this.#pool.length) {
      randomFillSync(this.#pool);
      this.#position = 0;
    }
    const start = this.#position;
    this.#position += idBytes;
    this.#pool[start + kindOffset] = kind;
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
  return Array.from({ length: 10 }, () => apiIdAlphabet[randomInt(apiIdAlphabet.length)]).join("");
}
