import { Agent, request, type IncomingMessage } from "node:http";
import type { ErrorReport } from "../handler/error-report.ts";

export interface NextInvocation {
  readonly requestId: string;
  readonly payload: string;
  readonly traceId: string | null;
}

/** The inside end of the Runtime API. */
export class RuntimeClient {
  readonly #host: string;
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });

  /** `address` is `host:port`, as in `AWS_LAMBDA_RUNTIME_API`. */
  constructor(address: string) {
    const { hostname, port } = new URL(`http://${address}`);
    this.#host = hostname;
    this.#port = Number(port);
  }

  async next(): Promise<NextInvocation> {
    const { response, body } = await this.#send("GET", "invocation/next");
    const requestId = response.headers["lambda-runtime-aws-request-id"];
    if (typeof requestId !== "string") throw new Error("An invocation came without a request id");
    const traceId = response.headers["lambda-runtime-trace-id"];
    return { requestId, payload: body, traceId: typeof traceId === "string" ? traceId : null };
  }

  async succeed(requestId: string, json: string): Promise<void> {
    await this.#send("POST", `invocation/${requestId}/response`, json);
  }

  /** `type` is the error's own, or `Unhandled` when the function crashed. */
  async fail(requestId: string, error: ErrorReport, type: string): Promise<void> {
    await this.#send("POST", `invocation/${requestId}/error`, bodyOf(error), type);
  }

  async failInit(error: ErrorReport): Promise<void> {
    await this.#send("POST", "init/error", bodyOf(error), error.errorType);
  }

  #send(
    method: string,
    operation: string,
    body = "",
    errorType?: string,
  ): Promise<{ response: IncomingMessage; body: string }> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: this.#host,
          port: this.#port,
          agent: this.#agent,
          method,
          path: `/2018-06-01/runtime/${operation}`,
          headers: {
            "Content-Length": Buffer.byteLength(body),
            ...(body === "" ? {} : { "Content-Type": "application/json" }),
            ...(errorType === undefined
              ? {}
              : { "Lambda-Runtime-Function-Error-Type": headerText(errorType) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("error", reject);
          response.once("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const { statusCode = 500 } = response;
            // A refused result (too large) has been reported to the invocation's caller.
            if (statusCode < 300 || statusCode === 413) resolve({ response, body: text });
            else reject(new Error(`The Runtime API answered ${statusCode}: ${text}`));
          });
        },
      );
      sent.once("error", reject);
      sent.end(body);
    });
  }
}

function bodyOf({ errorType, errorMessage, trace }: ErrorReport): string {
  return JSON.stringify({ errorType, errorMessage, trace });
}

/** Names of errors are the user's; headers take printable ASCII. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?");
}
