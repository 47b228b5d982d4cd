import type { IncomingMessage } from "node:http";

export const noBody: Buffer = Buffer.alloc(0);

/** Whether the request has a body: RFC 9112, section 6.3. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
}

/**
 * Reads a request's body up to a limit. `"aborted"`: the client went away.
 * The rest of a body that is too large is discarded, so that the response reaches the client.
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Buffer | "too-large" | "aborted"> {
  if (!hasBody(request)) return Promise.resolve(noBody);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else if (chunks.length > 0) chunks.length = 0;
    });
    request.once("end", () => resolve(bytes > limitBytes ? "too-large" : Buffer.concat(chunks)));
    request.once("error", () => resolve("aborted"));
    request.once("close", () => resolve("aborted"));
  });
}
