import type { HttpEvent, HttpResponse } from "./handler-types.ts";

/** A body that cannot be read. `statusCode` is the status to respond with: 400, 413 or 415. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly statusCode: 400 | 413 | 415;

  constructor(statusCode: 400 | 413 | 415, message: string, options?: ErrorOptions) {
    super(message, options);
    this.statusCode = statusCode;
  }
}

export interface ReadBodyOptions {
  /** Most bytes of the body. @default 1048576 (API Gateway allows 10 MB, Lambda 6 MB) */
  readonly limit?: number;
}

/** Type of a body read with `as`. */
export interface BodyKinds {
  readonly json: unknown;
  readonly form: FormData;
  readonly text: string;
  readonly bytes: Uint8Array;
}

type Body = Pick<HttpEvent, "body" | "isBase64Encoded" | "headers">;

/**
 * Reads a request's body by its content type: JSON as its value, forms (including files) as `FormData`, `text/*`
 * as text, anything else as bytes, and `undefined` without a body. `as` overrides the content type.
 *
 * @throws BodyError 413 beyond the limit, 400 for a malformed body, 415 if a form is expected and it is not one
 */
export function readBody<Kind extends keyof BodyKinds>(
  event: Body,
  options: ReadBodyOptions & { readonly as: Kind },
): Promise<BodyKinds[Kind]>;
export function readBody(
  event: Body,
  options?: ReadBodyOptions & { readonly as?: keyof BodyKinds },
): Promise<unknown>;
export async function readBody(
  event: Body,
  { limit = 1024 * 1024, as }: ReadBodyOptions & { readonly as?: keyof BodyKinds } = {},
): Promise<unknown> {
  const bytes = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > limit) {
    throw new BodyError(413, `The body has ${bytes.length} bytes, and ${limit} are allowed`);
  }
  const contentType = headerOf(event.headers, "content-type") ?? "";
  if (as === undefined && event.body === undefined) return undefined;
  switch (as ?? kindOf(contentType)) {
    case "json":
      return parseJson(bytes.toString("utf8"));
    case "form":
      return readForm(bytes, contentType);
    case "text":
      return bytes.toString("utf8");
    default:
      return new Uint8Array(bytes);
  }
}

function kindOf(contentType: string): keyof BodyKinds {
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json" || type.endsWith("+json")) return "json";
  if (isForm(type)) return "form";
  return type.startsWith("text/") ? "text" : "bytes";
}

function isForm(type: string): boolean {
  return /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BodyError(400, "The body is not JSON", { cause });
  }
}

async function readForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  if (!isForm(contentType)) throw new BodyError(415, "The body is not a form");
  try {
    return await new Response(bytes, { headers: { "content-type": contentType } }).formData();
  } catch (cause) {
    throw new BodyError(400, "The form is malformed", { cause });
  }
}

export interface ResponseOptions {
  /** @default 200; 303 of `redirect` */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Values made by `cookie`. */
  readonly cookies?: readonly string[];
}

/** A JSON response. */
export function json(value: unknown, options: ResponseOptions = {}): HttpResponse {
  return respond(JSON.stringify(value), "application/json; charset=utf-8", options);
}

/** An HTML response. Escape values from users yourself. */
export function html(page: string, options: ResponseOptions = {}): HttpResponse {
  return respond(page, "text/html; charset=utf-8", options);
}

/** A redirect to another page, by default with status 303, which browsers follow with GET. */
export function redirect(location: string | URL, options: ResponseOptions = {}): HttpResponse {
  const { status = 303, headers, cookies = [] } = options;
  return {
    statusCode: status,
    headers: { ...headers, location: String(location) },
    ...(cookies.length === 0 ? {} : { cookies: [...cookies] }),
  };
}

function respond(
  body: string,
  contentType: string,
  { status = 200, headers, cookies = [] }: ResponseOptions,
): HttpResponse {
  return {
    statusCode: status,
    headers: { "content-type": contentType, ...headers },
    ...(cookies.length === 0 ? {} : { cookies: [...cookies] }),
    body,
  };
}

export interface CookieOptions {
  /** Lifetime in seconds; 0 removes the cookie. Without it, the cookie lasts until the browser closes. */
  readonly maxAge?: number;
  /** @default "/" */
  readonly path?: string;
  readonly domain?: string;
  /** Whether to hide the cookie from the page's scripts. @default true */
  readonly httpOnly?: boolean;
  /** Whether browsers send it only over HTTPS or to `localhost`. @default true */
  readonly secure?: boolean;
  /** @default "Lax" */
  readonly sameSite?: "Strict" | "Lax" | "None";
}

/**
 * A `Set-Cookie` value; the cookie's value is percent-encoded, and `readCookies` decodes it.
 * https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1
 *
 * @throws TypeError for an invalid name, path or domain
 */
export function cookie(name: string, value: string, options: CookieOptions = {}): string {
  const { maxAge, path = "/", domain, httpOnly = true, secure = true, sameSite = "Lax" } = options;
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new TypeError(`"${name}" is not a cookie's name`);
  for (const text of [path, domain ?? ""]) {
    // oxlint-disable-next-line no-control-regex
    if (/[;\u0000-\u001F\u007F]/.test(text)) throw new TypeError(`"${text}" cannot be in a cookie`);
  }
  return [
    `${name}=${encodeURIComponent(value)}`,
    `Path=${path}`,
    ...(maxAge === undefined ? [] : [`Max-Age=${Math.trunc(maxAge)}`]),
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(httpOnly ? ["HttpOnly"] : []),
    ...(secure ? ["Secure"] : []),
    `SameSite=${sameSite}`,
  ].join("; ");
}

/** Cookies of a request by name. If a name appears twice, the first value. */
export function readCookies(
  event: Pick<HttpEvent, "headers" | "cookies">,
): Readonly<Record<string, string>> {
  const pairs = event.cookies ?? headerOf(event.headers, "cookie")?.split(";") ?? [];
  const found = Object.create(null) as Record<string, string>;
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, Math.max(at, 0)).trim();
    if (name === "" || name in found) continue;
    found[name] = decoded(
      pair
        .slice(at + 1)
        .trim()
        .replace(/^"(.*)"$/, "$1"),
    );
  }
  return found;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** REST APIs keep header names as the client sent them. */
function headerOf(headers: HttpEvent["headers"], name: string): string | undefined {
  for (const [key, value] of Object.entries(headers)) if (key.toLowerCase() === name) return value;
  return undefined;
}
