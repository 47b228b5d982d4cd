import { GatewayError } from "./gateway-error.ts";
import { signedHeaders } from "./signed-headers.ts";

export interface SignedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array | undefined;
  /** AWS service name for the signature; null sends the request unsigned. */
  readonly service: string | null;
}

/** Attempts, as in the AWS SDK. */
const attempts = 3;
/** As in the AWS SDK: the delay is a random part of this, doubled with each attempt. */
const backoffMs = 100;

/**
 * Sends a request signed with Lambda's credentials. Retries throttling, server errors and network failures.
 */
export async function signedFetch(request: SignedRequest): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === attempts;
    try {
      const headers = await headersOf(request);
      const response = await fetch(request.url, { ...(request as RequestInit), headers });
      const isTransient = response.status === 429 || response.status >= 500;
      if (!isTransient || isLast) return response;
      // Release the socket before the next attempt.
      await response.arrayBuffer();
    } catch (error) {
      // `fetch` rejects with a TypeError if the network fails.
      if (isLast || !(error instanceof TypeError)) throw error;
    }
    await pause(attempt, backoffMs);
  }
}

/** Waits with exponential backoff and full jitter. */
export function pause(attempt: number, firstMs = 40): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.random() * firstMs * 2 ** (attempt - 1));
  });
}

/** The headers of a request, with a signature by the credentials Lambda gives. */
export async function headersOf(request: SignedRequest): Promise<Record<string, string>> {
  const { url, headers = {}, service } = request;
  if (service === null) return headers;
  // Credentials rotate: read at each call.
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined) {
    // AWS speaks TLS; a service on this machine asks for no signature.
    if (url.startsWith("http:")) return headers;
    throw new Error(
      `${new URL(url).host} needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which are not set`,
    );
  }
  return signedHeaders(
    request,
    { service, region: regionOf(url), now: new Date() },
    {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    },
  );
}

/**
 * A request to a service, or to what serves in its place, in AWS's JSON protocol unless `headers` and a text say
 * otherwise. `service` as in its host name; `origin` of AWS's own, by default in the function's region.
 */
export function requestTo(
  service: string,
  headers: Record<string, string>,
  body: object | string,
  path = "/",
  origin?: string,
): SignedRequest {
  const { env } = process;
  const endpoint =
    env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ??
    env["AWS_ENDPOINT_URL"] ??
    origin ??
    `https://${service}.${env["AWS_REGION"]}.amazonaws.com`;
  return {
    url: endpoint.replace(/\/$/, "") + path,
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
    service,
  };
}

/** The region in an AWS host name; for a custom domain or an emulator, the function's region. */
function regionOf(url: string): string {
  const named = /\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/.exec(new URL(url).hostname);
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  return named?.[1] ?? AWS_REGION ?? AWS_DEFAULT_REGION ?? "us-east-1";
}

/** What a refusal is read from, such as a `Response`. */
export interface RefusedResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** Turns an error response into what the AWS SDK would throw. `read`: of a service that does not answer in JSON. */
export async function refusalOf(
  response: RefusedResponse,
  read: (text: string) => Refusal = readRefusal,
): Promise<GatewayError> {
  const { status, headers } = response;
  const said = read(await response.text());
  // `GoneException:http://…`, `com.amazonaws.sqs#QueueDoesNotExist`
  const type = (headers.get("x-amzn-errortype") ?? said.type)?.split(":")[0]?.split("#").at(-1);
  const name = type ?? names[status] ?? "UnknownError";
  const requestId = headers.get("x-amzn-requestid");
  return new GatewayError(name, said.message ?? `${name} (HTTP ${status})`, {
    httpStatusCode: status,
    ...(requestId === null ? {} : { requestId }),
  });
}

const names: Readonly<Record<number, string>> = {
  403: "ForbiddenException",
  410: "GoneException",
  413: "PayloadTooLargeException",
  429: "LimitExceededException",
};

/** Code and message of an error response. */
export interface Refusal {
  readonly type?: string | undefined;
  readonly message?: string | undefined;
}

/** API Gateway, DynamoDB, Lambda and SQS respond with JSON; load balancers in between may not. */
function readRefusal(text: string): Refusal {
  try {
    const { __type, message, Message } = JSON.parse(text) as Record<string, string | undefined>;
    return { type: __type, message: message ?? Message };
  } catch {
    return {};
  }
}
