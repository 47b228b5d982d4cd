import { acceptedEncodings, nameOfPath } from "../file-names.ts";
import { serveStatic } from "../serve-static.ts";
import type { FileStore, StaticRequest, StaticResponse } from "../static-file.ts";
import { decode } from "../variants.ts";
import { Bucket, type BucketFile } from "./bucket-store.ts";

/** The fields of an HTTP API event (payload 2.0) that the function reads. */
interface HttpEvent {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly pathParameters?: { readonly proxy?: string };
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly routeKey: string;
}

interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/**
 * Largest file in bytes that is sent through Lambda, whose results are limited to 6 MB including base64
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
 */
const largestBytes = 4 * 1024 * 1024;

const {
  ARC_STATIC_BUCKET: bucketName = "",
  ARC_STATIC_PREFIX: prefix = null,
  ARC_STATIC_SPA: spa,
  STATIC_BUCKET_HOST: host = "",
  STATIC_FINGERPRINT: fingerprint,
  STATIC_IGNORE: ignore = "[]",
  STATIC_HAS_CDN: cdn,
  AWS_REGION: region = "",
  AWS_ACCESS_KEY_ID: accessKeyId = "",
  AWS_SECRET_ACCESS_KEY: secretAccessKey = "",
  AWS_SESSION_TOKEN: sessionToken,
  AWS_ENDPOINT_URL: endpoint,
  ARC_WSS_URL: webSocketUrl,
} = process.env;

const bucket = new Bucket({
  url: endpoint === undefined ? `https://${host}` : `${endpoint}/${bucketName}`,
  prefix,
  isFingerprinted: fingerprint === "true",
  region,
  accessKeyId,
  secretAccessKey,
  sessionToken,
});
const settings = {
  prefix,
  spa: spa === "true",
  ignore: JSON.parse(ignore) as readonly string[],
};

/** The text of `@arclet/client`, put in by the bundler. */
declare const CLIENT_SCRIPT: string;

/** Answers the HTTP API's requests for static files from the app's private bucket. */
export async function handler(event: HttpEvent): Promise<HttpResponse> {
  if (event.routeKey === "GET /_arclet/env.js") {
    // Static pages get the socket's URL from it, as locally.
    return script(`window.WS_URL = ${JSON.stringify(webSocketUrl)};\n`, "no-store");
  }
  if (event.routeKey === "GET /_arclet/client.js") return script(CLIENT_SCRIPT, "no-cache");
  const request: StaticRequest = {
    method: event.requestContext.http.method === "HEAD" ? "HEAD" : "GET",
    name: event.pathParameters?.proxy ?? "",
    header: (name) => event.headers[name],
  };
  const isStaticPath = event.routeKey.includes("/_static/");
  const found: BucketFile[] = [];
  const store: FileStore<BucketFile> = {
    async find(name) {
      const file = await bucket.find(name);
      if (file !== null) found.push(file);
      return file;
    },
    fingerprints: () => bucket.fingerprints(),
  };
  let response = await serveStatic(request, store, settings);
  const decoded = decodedOnce(request.name);
  if ((response === null || response.status === 404) && decoded !== null)
    response = await serveStatic({ ...request, name: decoded }, store, settings);
  const sent = response?.body?.file;
  for (const file of found) if (file.read !== sent?.read) file.cancel();
  return response === null ? notFound : complete(request, response, isStaticPath);
}

/**
 * Decodes a name; null if that changes nothing. API Gateway decodes path variables, but does not guarantee it for
 * every character.
 */
function decodedOnce(name: string): string | null {
  if (!name.includes("%")) return null;
  const decoded = nameOfPath(`/${name}`);
  return decoded === name ? null : decoded;
}

function script(body: string, cacheControl: string): HttpResponse {
  return {
    statusCode: 200,
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": cacheControl },
    body,
    isBase64Encoded: false,
  };
}

const notFound: HttpResponse = {
  statusCode: 404,
  headers: { "content-type": "application/json" },
  body: '{"message":"Not Found"}',
  isBase64Encoded: false,
};

/** Reads the body as base64, because a range may begin in the middle of a character. */
async function complete(
  request: StaticRequest,
  { status, headers, body }: StaticResponse<BucketFile>,
  isStaticPath: boolean,
): Promise<HttpResponse> {
  // API Gateway sets it.
  const { "content-length": _length, ...rest } = headers;
  const answer = (
    bytes: Buffer,
    others: Readonly<Record<string, string>> = rest,
  ): HttpResponse => ({
    statusCode: status,
    headers: others,
    body: bytes.toString("base64"),
    isBase64Encoded: true,
  });
  if (body === null) return answer(Buffer.alloc(0));
  const { file, start, end } = body;
  if (file.size > largestBytes) {
    file.cancel();
    // CloudFront serves `/_static/*` from the bucket itself.
    const path = `/_static/${file.key.split("/").map(encodeURIComponent).join("/")}`;
    const isFromCdn = cdn === "true" && !isStaticPath;
    return redirect(isFromCdn ? path : await bucket.signedUrl(file));
  }
  const bytes = await file.read();
  const { encoding } = file;
  if (
    encoding === null ||
    acceptedEncodings(request.header("accept-encoding")).includes(encoding)
  ) {
    return answer(bytes.subarray(start, end));
  }
  // With `compression`, only the encoded file is stored. Clients that do not accept the encoding get it decoded.
  const { "content-encoding": _encoding, "content-range": _range, ...plain } = rest;
  const decoded = answer(decode(bytes, encoding, largestBytes), {
    ...plain,
    etag: `W/${file.etag}`,
  });
  return status === 206 ? { ...decoded, statusCode: 200 } : decoded;
}

function redirect(location: string): HttpResponse {
  return {
    statusCode: 302,
    headers: { location, "cache-control": "no-store" },
    body: "",
    isBase64Encoded: false,
  };
}
