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
      const response = await send(request);
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

async function send(request: SignedRequest): Promise<Response> {
  const { url, method, headers = {}, body, service } = request;
  const init = { method, headers, body: body as RequestInit["body"] & {} };
  if (service === null) return fetch(url, init);
  // Read at each call, because credentials rotate.
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined) {
    // AWS uses HTTPS; a local service needs no signature.
    if (url.startsWith("http:")) return fetch(url, init);
    throw new Error(
      `${new URL(url).host} needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which are not set`,
    );
  }
  const signed = await signedHeaders(
    request,
    { service, region: regionOf(url), now: new Date() },
    {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    },
  );
  return fetch(url, { ...init, headers: signed });
}

/** Posts JSON to an AWS service in the function's region, or to its local replacement. `service` is its name in host names. */
export function post(
  service: string,
  headers: Record<string, string>,
  body: object,
  path = "",
): Promise<Response> {
  const { env } = process;
  const endpoint =
    env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ??
    env["AWS_ENDPOINT_URL"] ??
    `https://${service}.${env["AWS_REGION"]}.amazonaws.com`;
  return signedFetch({
    url: endpoint.replace(/\/$/, "") + path,
    method: "POST",
    headers,
    body: JSON.stringify(body),
    service,
  });
}

/** The region in an AWS host name; for a custom domain or an emulator, the function's region. */
function regionOf(url: string): string {
  const named = /\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/.exec(new URL(url).hostname);
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  return named?.[1] ?? AWS_REGION ?? AWS_DEFAULT_REGION ?? "us-east-1";
}

/** Converts an error response to the error the AWS SDK would throw. `read` parses bodies of services that do not respond with JSON. */
export async function refusalOf(
  response: Response,
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
