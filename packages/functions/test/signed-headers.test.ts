import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signedHeaders, type RequestToSign } from "../src/signed-headers.ts";

const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const now = new Date("2015-08-30T12:36:00Z");

function signatureOf(headers: Readonly<Record<string, string>>): string | undefined {
  return /Signature=([\da-f]{64})$/.exec(headers["authorization"] ?? "")?.[1];
}

type Vector = readonly [
  name: string,
  request: { method?: string; path?: string; headers?: Record<string, string>; body?: string },
  signature: string,
];

const unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const form = "application/x-www-form-urlencoded";

// AWS's Signature Version 4 test suite, without the cases that no URL can hold.
const vectors: readonly Vector[] = [
  ["get-vanilla", {}, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
  [
    "get-vanilla-query-order-key-case",
    { path: "/?Param2=value2&Param1=value1" },
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  ],
  [
    "get-vanilla-query-unreserved",
    { path: `/?${unreserved}=${unreserved}` },
    "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
  ],
  [
    "get-unreserved",
    { path: `/${unreserved}` },
    "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
  ],
  [
    "get-vanilla-utf8-query",
    { path: "/?ሴ=bar" },
    "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
  ],
  [
    "get-header-value-trim",
    { headers: { "My-Header1": " value1", "My-Header2": ' "a   b   c"' } },
    "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
  ],
  [
    "post-header-key-sort",
    { method: "POST", headers: { "My-Header1": "value1" } },
    "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
  ],
  [
    "post-vanilla",
    { method: "POST" },
    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  ],
  [
    "post-vanilla-query",
    { method: "POST", path: "/?Param1=value1" },
    "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
  ],
  [
    "post-x-www-form-urlencoded",
    { method: "POST", headers: { "Content-Type": form }, body: "Param1=value1" },
    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  ],
];

/** What AWS's own signer asks of a digest, over the digests of Node.js. */
class Sha256 {
  readonly #digest: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#digest =
      secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#digest.update(bytesOf(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#digest.digest());
  }
  reset(): void {
    throw new Error("no signature begins anew");
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

interface Signing extends RequestToSign {
  readonly service: string;
  readonly region: string;
  readonly sessionToken: string | undefined;
  readonly time: Date;
}

async function signByAws(signing: Signing): Promise<string | undefined> {
  const { url, method, headers, body, service, region, time, sessionToken } = signing;
  const { hostname, host, pathname, searchParams } = new URL(url);
  const query: Record<string, string[]> = {};
  for (const name of searchParams.keys()) query[name] = searchParams.getAll(name);
  const signer = new SignatureV4({
    service,
    region,
    credentials: { ...credentials, ...(sessionToken === undefined ? {} : { sessionToken }) },
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      protocol: "https:",
      hostname,
      path: pathname,
      method,
      query,
      body,
      headers: { ...headers, host },
    },
    { signingDate: time },
  );
  return signed.headers["authorization"];
}

const segment = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }).map(encodeURIComponent),
  fc.constantFrom("@connections", "a=b", "it's(here)*!", "+", "", ":"),
);
const headerName = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
  // Set by the signer, or left out by AWS's own since proxies change them.
  .filter((name) => !/^(?:x-amz-|host$|sec-|proxy-)/.test(name) && !hopByHop.has(name));
const hopByHop = new Set(
  "authorization cache-control connection expect from keep-alive max-forwards pragma referer te trailer upgrade".split(
    " ",
  ),
);
const text = fc.string({ unit: "grapheme", maxLength: 8 });

const signings: fc.Arbitrary<Signing> = fc
  .record({
    host: fc.constantFrom("abc.execute-api.eu-west-1.amazonaws.com", "example.com:8443"),
    segments: fc.array(segment, { maxLength: 5 }),
    query: fc.array(
      fc.tuple(
        text.filter((name) => name !== ""),
        text,
      ),
      { maxLength: 5 },
    ),
    method: fc.constantFrom("GET", "POST", "DELETE", "PUT"),
    headers: fc.dictionary(headerName, fc.stringMatching(/^[ !-~]*$/)),
    body: fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array()),
    service: fc.constantFrom("execute-api", "sns", "sqs"),
    region: fc.constantFrom("eu-west-1", "us-gov-west-1"),
    sessionToken: fc.option(fc.base64String({ minLength: 1 }), { nil: undefined }),
    time: fc.date({
      min: new Date("2000-01-01"),
      max: new Date("2100-01-01"),
      noInvalidDate: true,
    }),
  })
  .map(({ host, segments, query, ...rest }) => ({
    ...rest,
    url: `https://${host}/${segments.join("/")}?${new URLSearchParams(query).toString()}`,
  }));

describe("a signed request", () => {
  test.each(vectors)("is as AWS's %s", async (_, given, signature) => {
    const { method = "GET", path = "/", headers = {}, body = "" } = given;
    const url = `https://example.amazonaws.com${path}`;
    const scope = { service: "service", region: "us-east-1", now };
    const signed = await signedHeaders({ url, method, headers, body }, scope, credentials);
    expect(signatureOf(signed)).toBe(signature);
  });

  test("is as AWS's own client signs it, whatever is in it", async () => {
    await fc.assert(
      fc.asyncProperty(signings, async (signing) => {
        const { service, region, time, sessionToken } = signing;
        const signed = await signedHeaders(
          signing,
          { service, region, now: time },
          { ...credentials, sessionToken },
        );
        expect(signed["authorization"]).toBe(await signByAws(signing));
      }),
      { numRuns: 500 },
    );
  });

  test("keeps the headers it was given, and carries the session token", async () => {
    const request = { url: "https://example.com/", method: "POST", headers: { "x-a": " b " } };
    const scope = { service: "sqs", region: "eu-west-1", now };
    const signed = await signedHeaders(request, scope, { ...credentials, sessionToken: "t/+=" });
    expect(signed).toMatchObject({
      "x-a": " b ",
      "x-amz-date": "20150830T123600Z",
      "x-amz-security-token": "t/+=",
    });
    expect(signed["authorization"]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/eu-west-1\/sqs\/aws4_request, SignedHeaders=host;x-a;x-amz-date;x-amz-security-token, Signature=[\da-f]{64}$/,
    );
  });
});
