import { cookiesNamed, type EventWithCookies } from "./cookies.ts";

/** Key bytes of the algorithms that Architect's `ARC_APP_SECRET_ALGO` names. */
const keyBytes: Readonly<Record<string, number>> = { A128GCM: 16, A192GCM: 24, A256GCM: 32 };
/** Architect's token lifetime: https://github.com/architect/functions, src/http/session/providers/jwe.js */
const lifetimeMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Reads a session that `@architect/functions` wrote with this secret: its cookie `_idx`, a compact JWE
 * with direct encryption. Null if there is none, or it cannot be opened.
 */
export async function readArchitectSession(
  event: EventWithCookies,
  secret: string,
  now: number,
): Promise<Record<string, unknown> | null> {
  // If there are several cookies, If there are several cookies, Architect reads the last one.
  const token = cookiesNamed("_idx", event).at(-1);
  return token === undefined ? null : openJwe(decodeURIComponent(token), secret, now);
}

/** https://www.rfc-editor.org/rfc/rfc7516#section-5.2 */
async function openJwe(
  token: string,
  secret: string,
  now: number,
): Promise<Record<string, unknown> | null> {
  const { createDecipheriv } = await import("node:crypto");
  const [protectedHeader = "", encryptedKey, iv = "", ciphertext = "", tag = "", ...rest] =
    token.split(".");
  if (encryptedKey !== "" || tag === "" || rest.length > 0) return null;
  try {
    const header = JSON.parse(fromBase64(protectedHeader).toString()) as Record<string, unknown>;
    const { alg, enc } = header;
    const length = typeof enc === "string" ? keyBytes[enc] : undefined;
    if (alg !== "dir" || length === undefined || secret.length < length) return null;
    const key = Buffer.from(secret.slice(0, length));
    const algorithm = `aes-${length * 8}-gcm` as "aes-256-gcm";
    const decipher = createDecipheriv(algorithm, key, fromBase64(iv), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(protectedHeader, "ascii"));
    decipher.setAuthTag(fromBase64(tag));
    const bytes = Buffer.concat([decipher.update(fromBase64(ciphertext)), decipher.final()]);
    const payload: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof payload !== "object" || payload === null) return null;
    const { iat, exp } = payload as { iat?: unknown; exp?: unknown };
    if (typeof iat === "number" && iat * 1000 + lifetimeMs <= now) return null;
    if (typeof exp === "number" && exp * 1000 <= now) return null;
    return payload as Record<string, unknown>;
  } catch {
    // The cookie is forged, damaged, or sealed with another secret.
    return null;
  }
}

function fromBase64(text: string): Buffer {
  return Buffer.from(text, "base64url");
}
