import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished, vi } from "vitest";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface AwsServer {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** Forgets what came, and gives these answers in turn from now on, the last one for ever. */
  answer(...answers: readonly Answer[]): void;
  close(): Promise<void>;
}

export async function createAwsServer(): Promise<AwsServer> {
  const requests: ReceivedRequest[] = [];
  let answers: readonly Answer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? { status: 200 };
      const { method = "", url: path = "", headers } = request;
      requests.push({ method, path, headers, body: Buffer.concat(chunks) });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer(...given) {
      answers = given;
      requests.length = 0;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A server for one test. */
export async function startAwsServer(...answers: readonly Answer[]): Promise<AwsServer> {
  const server = await createAwsServer();
  onTestFinished(() => server.close());
  server.answer(...answers);
  return server;
}

/**
 * Lets `https://<any AWS host>` reach the server, as a network that leads there would; what is signed
 * and sent stays as it is, the host among it.
 */
export function leadAwsTo(server: AwsServer): void {
  const direct = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    headers.set("x-signed-host", url.host);
    return direct(`${server.url}${url.pathname}${url.search}`, { ...init, headers });
  });
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
}

const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/** Environment of a function on Lambda, whose credentials `isSignedRight` knows. */
export const lambdaEnvironment = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: secret,
  AWS_SESSION_TOKEN: "session/token==",
  AWS_REGION: "eu-west-1",
};

/**
 * Computes the signature afresh, by the book:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function expectedAuthorization(
  request: ReceivedRequest,
  service: string,
  region: string,
): string {
  const authorization = request.headers.authorization ?? "";
  const signedHeaders = /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? "";
  const date = String(request.headers["x-amz-date"]);
  const valueOf = (name: string): string =>
    String(name === "host" ? request.headers["x-signed-host"] : request.headers[name]).trim();
  // Each segment of the path is encoded once more than it is on the wire.
  const path = (request.path.split("?")[0] ?? "").split("/").map(encodeURIComponent).join("/");
  const canonical = [
    request.method,
    path,
    "",
    ...signedHeaders.split(";").map((name) => `${name}:${valueOf(name)}`),
    "",
    signedHeaders,
    createHash("sha256").update(request.body).digest("hex"),
  ].join("\n");
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const toSign = [
    "AWS4-HMAC-SHA256",
    date,
    scope,
    createHash("sha256").update(canonical).digest("hex"),
  ].join("\n");
  let key = Buffer.from(`AWS4${secret}`);
  for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key).update(toSign).digest("hex");
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

/** Sets the function's environment for the rest of the test, and nothing else of AWS or Arclet. */
export function setEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) {
    if (/^(?:AWS|ARC)_/.test(name)) vi.stubEnv(name, undefined);
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}
