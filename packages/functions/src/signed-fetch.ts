import { GatewayError } from "./gateway-error.ts";

export interface SignedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  /** AWS service name for the signature; null sends it unsigned. */
  readonly service: string | null;
}

/** As many as the AWS SDK makes. */
const attempts = 3;

/** Sends a request, signed with the credentials Lambda gives; tries again when told to slow down. */
export async function signedFetch(request: SignedRequest): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await send(request);
    const isTransient = response.status === 429 || response.status >= 500;
    if (!isTransient || attempt === attempts) return response;
    await response.arrayBuffer();
    const delayMs = Math.random() * 100 * 2 ** attempt;
    await new Promise((resolve) => {
      setTimeout(resolve, delayMs);
    });
  }
}

async function send({
  url,
  method,
  headers = {},
  body,
  service,
}: SignedRequest): Promise<Response> {
  const init = {
    method,
    headers,
    ...(body === undefined ? {} : { body: body as NonNullable<RequestInit["body"]> }),
  };
  if (service === null) return fetch(url, init);
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = process.env;
  // Only where requests are signed is the signer loaded. Credentials rotate: read at each call.
  const { AwsV4Signer } = await import("aws4fetch");
  const signed = await new AwsV4Signer({
    url,
    ...init,
    service,
    region: AWS_REGION ?? "us-east-1",
    accessKeyId: AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "",
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  }).sign();
  return fetch(signed.url, {
    method: signed.method,
    headers: signed.headers,
    body: init.body ?? null,
  });
}

/** Turns an error response into what the AWS SDK would throw. */
export async function refusalOf(response: Response): Promise<GatewayError> {
  const text = await response.text();
  const type = response.headers.get("x-amzn-errortype")?.split(":")[0];
  const name = type ?? names[response.status] ?? "UnknownError";
  return new GatewayError(
    name,
    response.status,
    messageIn(text) ?? `${name} (HTTP ${response.status})`,
  );
}

const names: Readonly<Record<number, string>> = {
  403: "ForbiddenException",
  410: "GoneException",
  413: "PayloadTooLargeException",
  429: "LimitExceededException",
};

function messageIn(text: string): string | null {
  const match =
    /"[Mm]essage"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text) ?? /<Message>([^<]*)</.exec(text);
  return match?.[1] ?? null;
}
