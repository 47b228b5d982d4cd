// Runs in gateway and environments: it must need nothing but the language.
import { random32 } from "./random32.ts";

/** Two processes that know the same seed make the same ids of a number. */
export type IdSeed = readonly [number, number, number, number];

/** Read off captured ids: 11 bytes, of which the ninth marks the kind. */
export const idKind = { connection: 0x02, request: 0x05 } as const;

// The function may replace these.
const { imul } = Math;
const { fromCharCode } = String;

/**
 * Ids of AWS's shapes that are made from a number when somebody reads them. A number takes less room than
 * the texts do, in memory and on the way to another process. Different numbers have different ids. Who
 * knows one id can work out others: what must not be guessed, such as a connection's id, is random instead.
 */
export class NumberedIds {
  readonly seed: IdSeed;

  constructor(seed: IdSeed) {
    this.seed = seed;
  }

  /** Lambda's: a UUID of version 4. */
  lambdaRequestId(number: number): string {
    const [a, b, c, d] = [
      this.#word(0, number),
      this.#word(1, number),
      this.#word(2, number),
      this.#word(3, number),
    ];
    return fromCharCode(
      hexDigit(a >>> 28),
      hexDigit(a >>> 24),
      hexDigit(a >>> 20),
      hexDigit(a >>> 16),
      hexDigit(a >>> 12),
      hexDigit(a >>> 8),
      hexDigit(a >>> 4),
      hexDigit(a),
      dash,
      hexDigit(b >>> 28),
      hexDigit(b >>> 24),
      hexDigit(b >>> 20),
      hexDigit(b >>> 16),
      dash,
      hexDigit(4),
      hexDigit(b >>> 8),
      hexDigit(b >>> 4),
      hexDigit(b),
      dash,
      hexDigit(0b1000 | ((c >>> 28) & 0b11)),
      hexDigit(c >>> 24),
      hexDigit(c >>> 20),
      hexDigit(c >>> 16),
      dash,
      hexDigit(c >>> 12),
      hexDigit(c >>> 8),
      hexDigit(c >>> 4),
      hexDigit(c),
      hexDigit(d >>> 28),
      hexDigit(d >>> 24),
      hexDigit(d >>> 20),
      hexDigit(d >>> 16),
      hexDigit(d >>> 12),
      hexDigit(d >>> 8),
      hexDigit(d >>> 4),
      hexDigit(d),
    );
  }

  /** API Gateway's, of a request or message. */
  requestId(number: number): string {
    return this.#shortId(0, number, idKind.request);
  }

  /** API Gateway's, of a message alone. */
  messageId(number: number): string {
    return this.#shortId(1, number, idKind.connection);
  }

  /** 11 bytes as URL-safe base64 with one trailing `=`. */
  #shortId(salt: number, number: number, kind: number): string {
    const [a, b, c] = [
      this.#word(salt, number),
      this.#word(salt + 1, number),
      this.#word(salt + 2, number),
    ];
    return fromCharCode(
      base64Digit(a >>> 26),
      base64Digit(a >>> 20),
      base64Digit(a >>> 14),
      base64Digit(a >>> 8),
      base64Digit(a >>> 2),
      base64Digit((a << 4) | (b >>> 28)),
      base64Digit(b >>> 22),
      base64Digit(b >>> 16),
      base64Digit(b >>> 10),
      base64Digit(b >>> 4),
      base64Digit((b << 2) | (kind >>> 6)),
      base64Digit(kind),
      base64Digit(c >>> 26),
      base64Digit(c >>> 20),
      base64Digit((c >>> 16) << 2),
      equalsSign,
    );
  }

  /** The first two words together are different for any two numbers. */
  #word(index: number, number: number): number {
    const high = (number / 2 ** 32) | 0;
    const seed = this.seed[index & 3] ?? 0;
    const word = scatter((number + seed) | 0);
    return (index & 1) === 1 ? word ^ high : word;
  }
}

/** They are no secret, so that nothing waits for the system's random source, which takes 7 ms at first. */
export function createNumberedIds(): NumberedIds {
  return new NumberedIds([random32(), random32(), random32(), random32()]);
}

/** Every 32-bit number becomes another one. https://github.com/aappleby/smhasher (fmix32, public domain) */
function scatter(number: number): number {
  let word = number ^ (number >>> 16);
  word = imul(word, 0x85_eb_ca_6b);
  word ^= word >>> 13;
  word = imul(word, 0xc2_b2_ae_35);
  return word ^ (word >>> 16);
}

/** 32 bits as eight hexadecimal digits. */
export function hexWord(word: number): string {
  return fromCharCode(
    hexDigit(word >>> 28),
    hexDigit(word >>> 24),
    hexDigit(word >>> 20),
    hexDigit(word >>> 16),
    hexDigit(word >>> 12),
    hexDigit(word >>> 8),
    hexDigit(word >>> 4),
    hexDigit(word),
  );
}

const equalsSign = 61;
const dash = 45;
const hexDigits = codesOf("0123456789abcdef");
const base64Digits = codesOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

/** Of the lowest four bits. */
function hexDigit(bits: number): number {
  return hexDigits[bits & 0xf] ?? 0;
}

/** Of the lowest six bits. */
function base64Digit(bits: number): number {
  return base64Digits[bits & 0x3f] ?? 0;
}

function codesOf(digits: string): Uint8Array {
  return Uint8Array.from(digits, (digit) => digit.codePointAt(0) ?? 0);
}
