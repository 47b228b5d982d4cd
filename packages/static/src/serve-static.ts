import { byteRange } from "./byte-range.ts";
import { checkConditions, isSameForRange } from "./conditions.ts";
import {
  acceptedEncodings,
  candidateNames,
  hasExtension,
  isPublicName,
  variantName,
} from "./file-names.ts";
import type {
  FileStore,
  ServingSettings,
  StaticFile,
  StaticRequest,
  StaticResponse,
} from "./static-file.ts";

/**
 * Serves a static file, both in `arclet dev` and on AWS.
 *
 * - `about` and `about/` are `about/index.html`, and `about` may be `about.html`;
 * - with `spa`, a path that is not a file's is `index.html`;
 * - what is missing is `404.html` with status 404, where there is one.
 *
 * null: there is nothing to send.
 */
export async function serveStatic<File extends StaticFile>(
  request: StaticRequest,
  store: FileStore<File>,
  settings: ServingSettings,
): Promise<StaticResponse<File> | null> {
  const { name } = request;
  const find = (wanted: string): Promise<File | null> =>
    isPublicName(wanted, settings) ? store.find(wanted) : Promise.resolve(null);
  for (const candidate of namesOf(name, settings.prefix)) {
    const file = await find(candidate);
    if (file !== null) return respond(request, candidate, file, find);
  }
  const fingerprints = (await store.fingerprints?.()) ?? {};
  const newest = Object.hasOwn(fingerprints, name) ? fingerprints[name] : undefined;
  if (newest !== undefined) return redirect(newest);
  if (settings.spa && !hasExtension(name)) {
    const page = await find("index.html");
    if (page !== null) return respond(request, "index.html", page, find);
  }
  const missing = await find("404.html");
  return missing === null ? null : sendWhole(404, missing, false, request);
}

/** With a prefix, `assets/app.js` also serves `app.js`: it is the key in the bucket and the URL in Architect. */
function namesOf(name: string, prefix: string | null): readonly string[] {
  const names = candidateNames(name);
  if (prefix === null || !name.startsWith(`${prefix}/`)) return names;
  return [...names, ...candidateNames(name.slice(prefix.length + 1))];
}

async function respond<File extends StaticFile>(
  request: StaticRequest,
  name: string,
  plain: File,
  find: (name: string) => Promise<File | null>,
): Promise<StaticResponse<File>> {
  const varies = plain.variants.length > 0 || plain.encoding !== null;
  const file = varies ? await bestVariant(request, name, plain, find) : plain;
  const state = checkConditions(request, file);
  if (state === "failed") return { status: 412, headers: { "content-length": "0" }, body: null };
  if (state === "not-modified") {
    const {
      "content-length": _length,
      "content-type": _type,
      ...headers
    } = headersOf(file, varies);
    return { status: 304, headers, body: null };
  }
  const range = request.header("range");
  if (range === undefined || request.method !== "GET") return sendWhole(200, file, varies, request);
  if (!isSameForRange(request.header("if-range"), file)) {
    return sendWhole(200, file, varies, request);
  }
  const part = byteRange(range, file.size);
  if (part === null) return sendWhole(200, file, varies, request);
  if (part === "unsatisfiable") {
    return {
      status: 416,
      headers: { "content-range": `bytes */${file.size}`, "content-length": "0" },
      body: null,
    };
  }
  const { start, end } = part;
  return {
    status: 206,
    headers: {
      ...headersOf(file, varies),
      "content-range": `bytes ${start}-${end - 1}/${file.size}`,
      "content-length": String(end - start),
    },
    body: { file, start, end },
  };
}

/** The file in the first encoding that the client accepts, with the plain file's content type. */
async function bestVariant<File extends StaticFile>(
  request: StaticRequest,
  name: string,
  plain: File,
  find: (name: string) => Promise<File | null>,
): Promise<File> {
  for (const encoding of acceptedEncodings(request.header("accept-encoding"))) {
    if (!plain.variants.includes(encoding)) continue;
    const variant = await find(variantName(name, encoding));
    if (variant === null) continue;
    const { contentType, cacheControl } = plain;
    return { ...variant, contentType, cacheControl, encoding };
  }
  return plain;
}

function sendWhole<File extends StaticFile>(
  status: number,
  file: File,
  varies: boolean,
  { method }: StaticRequest,
): StaticResponse<File> {
  return {
    status,
    headers: headersOf(file, varies),
    body: method === "HEAD" ? null : { file, start: 0, end: file.size },
  };
}

function headersOf(file: StaticFile, varies: boolean): Readonly<Record<string, string>> {
  return {
    "content-type": file.contentType,
    "content-length": String(file.size),
    "cache-control": file.cacheControl,
    etag: file.etag,
    "last-modified": new Date(file.modifiedAt).toUTCString(),
    "accept-ranges": "bytes",
    ...(file.encoding === null ? {} : { "content-encoding": file.encoding }),
    ...(varies ? { vary: "accept-encoding" } : {}),
  };
}

/** A plain name serves the newest fingerprinted file, and is revalidated each time. */
function redirect<File extends StaticFile>(name: string): StaticResponse<File> {
  const path = name.split("/").map(encodeURIComponent).join("/");
  return {
    status: 302,
    headers: { location: `/_static/${path}`, "cache-control": "no-store", "content-length": "0" },
    body: null,
  };
}
