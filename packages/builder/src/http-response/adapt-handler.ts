// Bundled into HTTP functions: small, quick to load, and without imports.

type Callback = (error: unknown, result?: unknown) => void;
type Handler = (event: unknown, context: unknown, callback?: Callback) => unknown;

/** The mark of `awslambda.streamifyResponse`, as AWS's runtime client looks for it. */
const streamingMark = Symbol.for("aws.lambda.runtime.handler.streaming");

/** Content types of the shorthands for a body. */
const bodyTypes: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  text: "text/plain; charset=utf-8",
  xml: "application/xml; charset=utf-8",
  json: "application/json; charset=utf-8",
};

/** Keys allowed next to a shorthand. With any other key, the result is the app's own document. */
const responseKeys: ReadonlySet<string> = new Set([
  "html",
  "css",
  "js",
  "text",
  "xml",
  "json",
  "type",
  "body",
  "status",
  "code",
  "statusCode",
  "location",
  "cookie",
  "cookies",
  "cacheControl",
  "cors",
  "headers",
  "multiValueHeaders",
  "isBase64Encoded",
]);

/** `text/html; charset=utf8`: RFC 9110, section 8.3.1. */
const mediaType = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(?:;.*)?$/;
/** A path or URL to redirect to. */
const target = /^(?:\/|\.\.?\/|\?|https?:\/\/)\S*$/i;

/**
 * Returns an export's value with its handler wrapped. `path` is the path from the value to the handler: empty for
 * `index.handler`, `["handler"]` for the value of `nested` in `index.nested.handler`.
 */
export function adaptExport(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    return typeof value === "function" && !(streamingMark in value)
      ? adaptHandler(value as Handler)
      : value;
  }
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return value;
  const adapted = { value: adaptExport(Reflect.get(value, key), rest), enumerable: true };
  return Object.create(value, { [key]: adapted });
}

/** Wraps a handler to complete its results. Preserves what the runtime inspects: `length` and `async`. */
function adaptHandler(handler: Handler): Handler {
  const adapted: Handler =
    handler.constructor.name === "AsyncFunction"
      ? async (event, context, callback) =>
          completeResponse(await call(handler, event, context, callback), event)
      : (event, context, callback) => {
          const returned = call(handler, event, context, callback);
          return isThenable(returned)
            ? returned.then((result) => completeResponse(result, event))
            : completeResponse(returned, event);
        };
  return Object.defineProperties(adapted, {
    length: { value: handler.length, configurable: true },
    name: { value: handler.name, configurable: true },
  });
}

/** Up to Node.js 22, a result may also be passed to the callback or the context's functions. */
function call(
  handler: Handler,
  event: unknown,
  context: unknown,
  callback: Callback | undefined,
): unknown {
  if (callback === undefined) return handler(event, context);
  const complete =
    (to: Callback): Callback =>
    (error, result) =>
      to(error, completeResponse(result, event));
  const { done, succeed } = context as { done?: Callback; succeed?: (result: unknown) => void };
  if (done !== undefined && succeed !== undefined) {
    Object.assign(context as object, {
      done: complete(done),
      succeed: (result: unknown) => succeed(completeResponse(result, event)),
    });
  }
  return handler(event, context, complete(callback));
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof Object(value).then === "function";
}

/**
 * Converts a result without `statusCode` to the response it describes. Other results are returned unchanged.
 *
 * A result is a response when its `type` is a media type and its `body` is text; when it has one of
 * `html`, `css`, `js`, `text`, `xml` and `json`; when its `location` is a path or a URL; or when it has a
 * `body` and, as `status` or `code`, a status. Beyond the first form, each key must be one of a response.
 */
export function completeResponse(result: unknown, event: unknown): unknown {
  if (typeof result !== "object" || result === null || Array.isArray(result)) return result;
  const given = result as Readonly<Record<string, unknown>>;
  if (given["statusCode"] !== undefined) return result;
  const found = contentOf(given);
  if (found === null) return result;
  const status = given["status"] ?? given["code"];
  const headers: Record<string, unknown> = {};
  const add = (name: string, value: unknown): void => {
    if (typeof value === "string") headers[name] = value;
  };
  add("content-type", found.type);
  add("cache-control", given["cacheControl"]);
  if (given["cors"] === true) add("access-control-allow-origin", "*");
  // The function's own header takes precedence, in any case of its name.
  if (typeof given["headers"] === "object")
    for (const [name, value] of Object.entries(given["headers"] ?? {})) {
      delete headers[name.toLowerCase()];
      headers[name] = value;
    }
  if (found.location !== null) headers["location"] = found.location;
  const cookie = given["cookie"];
  const { cookies, multiValueHeaders, isBase64Encoded } = given;
  const isVersionTwo = (event as { version?: unknown } | null)?.version === "2.0";
  const ownCookies = Array.isArray(cookies) ? cookies : [];
  const allCookies: readonly unknown[] =
    cookie === undefined ? ownCookies : [...ownCookies, cookie].flat();
  return {
    statusCode: isStatus(status) ? Number(status) : found.location !== null ? 302 : 200,
    headers,
    ...(multiValueHeaders === undefined ? {} : { multiValueHeaders }),
    ...(allCookies.length === 0
      ? {}
      : isVersionTwo
        ? { cookies: allCookies }
        : {
            multiValueHeaders: {
              ...(multiValueHeaders as object | undefined),
              "set-cookie": allCookies,
            },
          }),
    body: found.body,
    ...(isBase64Encoded === true ? { isBase64Encoded } : {}),
  };
}

interface Content {
  readonly body: string;
  /** undefined if the result has none. */
  readonly type?: string | undefined;
  /** null if the response is not a redirect. */
  readonly location: string | null;
}

/** null if the result is not a response. */
function contentOf(given: Readonly<Record<string, unknown>>): Content | null {
  const { body, status, code } = given;
  const type = textLike(given["type"], mediaType);
  const location = textLike(given["location"], target);
  if (type !== null && typeof body === "string") return { body, type, location };
  const isAmbiguous = (value: unknown, isUnderstood: boolean): boolean =>
    value !== undefined && !isUnderstood;
  if (isAmbiguous(given["type"], type !== null)) return null;
  if (isAmbiguous(given["location"], location !== null)) return null;
  if (isAmbiguous(status, isStatus(status)) || isAmbiguous(code, isStatus(code))) return null;
  if (isAmbiguous(body, typeof body === "string")) return null;
  const keys = Object.keys(given).filter((key) => given[key] !== undefined);
  if (!keys.every((key) => responseKeys.has(key))) return null;
  const shorthands = keys.filter((key) => Object.hasOwn(bodyTypes, key));
  const [name] = shorthands;
  if (name !== undefined) {
    if (shorthands.length > 1 || body !== undefined) return null;
    const text = name === "json" ? JSON.stringify(given[name]) : given[name];
    return typeof text === "string"
      ? { body: text, type: type ?? bodyTypes[name], location }
      : null;
  }
  const hasStatus = status !== undefined || code !== undefined;
  if (location === null && !(hasStatus && typeof body === "string")) return null;
  return { body: typeof body === "string" ? body : "", type: type ?? undefined, location };
}

function textLike(value: unknown, pattern: RegExp): string | null {
  return typeof value === "string" && pattern.test(value) ? value : null;
}

function isStatus(value: unknown): value is number | string {
  return (typeof value === "number" || typeof value === "string") && /^[2-5]\d\d$/.test(`${value}`);
}
