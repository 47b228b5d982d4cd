export interface RequestToSign {
  readonly url: string;
  readonly method: string;
  /** Without `host`, which comes from the URL. All headers are signed. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

/** Scope of a signature. */
export interface SigningScope {
  /** AWS service name, such as `execute-api`. */
  readonly service: string;
  readonly region: string;
  readonly now: Date;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/**
 * Returns a request's headers with its signature, in AWS Signature Version 4 as used by all services except
 * S3. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function signedHeaders(
  request: RequestToSign,
  scope: SigningScope,
  credentials: Credentials,
): Promise<Record<string, string>> {
  // Load on demand: importing the helper must not load code that only AWS needs.
  const { createHmac, hash } = await import("node:crypto");
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const { host, pathname, searchParams } = new URL(request.url);
  // `20150830T123600Z`
  const dateTime = scope.now.toISOString().replace(/[:-]|\.\d+/g, "");
  const headers: Record<string, string> = {
    ...request.headers,
    "x-amz-date": dateTime,
    ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken }),
  };
  const signed = new Map([["host", host]]);
  for (const [name, value] of Object.entries(headers)) {
    signed.set(name.toLowerCase(), value.trim().replace(/\s+/g, " "));
  }
  const names = [...signed.keys()].toSorted();
  const signedNames = names.join(";");
  const canonicalRequest = [
    request.method,
    // The path is encoded once more than in the request.
    pathname.replace(/\/+/g, "/").split("/").map(percentEncode).join("/"),
    canonicalQuery(searchParams),
    ...names.map((name) => `${name}:${signed.get(name)}`),
    "",
    signedNames,
    hash("sha256", request.body ?? ""),
  ].join("\n");
  const scopeParts = [dateTime.slice(0, 8), scope.region, scope.service, "aws4_request"];
  const scopeText = scopeParts.join("/");
  const algorithm = "AWS4-HMAC-SHA256";
  let key: string | Buffer = `AWS4${secretAccessKey}`;
  for (const part of scopeParts) key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key)
    .update([algorithm, dateTime, scopeText, hash("sha256", canonicalRequest)].join("\n"))
    .digest("hex");
  headers["authorization"] =
    `${algorithm} Credential=${accessKeyId}/${scopeText}, SignedHeaders=${signedNames}, Signature=${signature}`;
  return headers;
}

/** Sorts by name, then value. A space sorts before every encoded character. */
function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map((pair) => pair.map(percentEncode).join(" "))
    .toSorted()
    .join("&")
    .replaceAll(" ", "=");
}

/** Percent-encodes everything except letters, digits and `-._~`. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
