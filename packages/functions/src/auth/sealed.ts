import type { AppSecrets } from "./app-secret.ts";

/** Purpose of a sealed text. A text sealed for one purpose cannot be opened for another. */
export type SealPurpose = "session" | "ticket" | "previous";

/** Layout of the bytes before base64url: version, key id, nonce, ciphertext, tag. */
const version = 1;
const keyIdBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes + nonceBytes;

/** The contents of a sealed text. */
export interface Opened {
  readonly data: unknown;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** The nonce as hexadecimal digits, unique to each sealed text. */
  readonly nonce: string;
}

export interface SealOptions {
  readonly purpose: SealPurpose;
  readonly lifetimeMs: number;
  readonly secrets: AppSecrets;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Seals JSON with AES-256-GCM. Each purpose has its own key, derived from the app's secret with HKDF.
 * Resolves with base64url text.
 */
export async function seal(data: unknown, options: SealOptions): Promise<string> {
  const { createCipheriv, randomBytes } = await import("node:crypto");
  const { purpose, lifetimeMs, secrets, now } = options;
  const { key, id } = await deriveKey(secrets.current, purpose);
  const header = Buffer.concat([Buffer.of(version), id, randomBytes(nonceBytes)]);
  const cipher = createCipheriv("aes-256-gcm", key, header.subarray(1 + keyIdBytes));
  cipher.setAAD(header);
  const text = JSON.stringify({ iat: now, exp: now + lifetimeMs, data });
  const sealed = Buffer.concat([header, cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([sealed, cipher.getAuthTag()]).toString("base64url");
}

/** Opens a sealed text. Null if it is forged, damaged, expired, or from another app or purpose. */
export async function unseal(
  sealed: string,
  options: Omit<SealOptions, "lifetimeMs">,
): Promise<Opened | null> {
  const { createDecipheriv } = await import("node:crypto");
  const { purpose, secrets, now } = options;
  // Node.js ignores characters that are not base64url, so compare: an altered text must not open.
  if (!/^[\w-]+$/.test(sealed)) return null;
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes.length <= headerBytes + tagBytes || bytes[0] !== version) return null;
  const header = bytes.subarray(0, headerBytes);
  const keyId = header.subarray(1, 1 + keyIdBytes);
  for (const secret of [secrets.current, secrets.previous]) {
    if (secret === null) continue;
    const { key, id } = await deriveKey(secret, purpose);
    if (!id.equals(keyId)) continue;
    const nonce = header.subarray(1 + keyIdBytes);
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(header);
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    let text: string;
    try {
      const sealedText = bytes.subarray(headerBytes, -tagBytes);
      text = Buffer.concat([decipher.update(sealedText), decipher.final()]).toString("utf8");
    } catch {
      // Different secrets may share a key id: try the next one.
      continue;
    }
    const { iat, exp, data } = JSON.parse(text) as { iat: number; exp: number; data: unknown };
    if (exp <= now) return null;
    return { data, issuedAt: iat, expiresAt: exp, nonce: nonce.toString("hex") };
  }
  return null;
}

interface DerivedKey {
  readonly key: Buffer;
  readonly id: Buffer;
}

/** HKDF: https://www.rfc-editor.org/rfc/rfc5869. The last bytes identify the key without revealing it. */
async function deriveKey(secret: string, purpose: SealPurpose): Promise<DerivedKey> {
  const { hkdf } = await import("node:crypto");
  const keyBytes = 32;
  const derived = await new Promise<Buffer>((resolve, reject) => {
    hkdf("sha256", secret, "", `arclet ${purpose} 1`, keyBytes + keyIdBytes, (error, bytes) => {
      if (error === null) resolve(Buffer.from(bytes));
      else reject(error);
    });
  });
  return { key: derived.subarray(0, keyBytes), id: derived.subarray(keyBytes) };
}
