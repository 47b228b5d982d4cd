import {
  request as requestHttp,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import { request as requestHttps } from "node:https";
import { sourceIpOf } from "../../lambda-events/request-headers.ts";
import { isCorsHeader } from "./cors.ts";
import { answerJson } from "../../http/http-answer.ts";

/**
 * Forwards a request that matches no route to the server of `@proxy`.
 * @param hasCors whether the API writes CORS headers itself and ignores the server's
 */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  hasCors: boolean,
): void {
  if (!URL.canParse(target)) {
    answerJson(response, 502, JSON.stringify({ message: `@proxy: ${target} is not a URL` }));
    return;
  }
  const base = new URL(target);
  const path = base.pathname.replace(/\/$/, "") + (request.url ?? "/");
  const { method } = request;
  const send = base.protocol === "https:" ? requestHttps : requestHttp;
  const upstream = send(
    base,
    { path, method, headers: forwardedHeaders(request, base) },
    (answer) => {
      const headers = hasCors
        ? Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !isCorsHeader(name)))
        : answer.headers;
      response.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(response);
      answer.once("error", () => response.destroy());
    },
  );
  upstream.once("error", () => {
    if (response.headersSent) response.destroy();
    else answerJson(response, 502, '{"message":"Bad Gateway"}');
  });
  response.once("close", () => upstream.destroy());
  request.pipe(upstream);
}

/** The client's headers, with forwarding headers replaced by the socket's own address. */
function forwardedHeaders(request: IncomingMessage, target: URL): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...request.headers };
  for (const name of ["connection", "keep-alive", "forwarded", "x-forwarded-port"]) {
    delete headers[name];
  }
  headers["x-forwarded-for"] = sourceIpOf(request);
  headers["x-forwarded-proto"] = "http";
  headers["x-forwarded-host"] = request.headers.host ?? "";
  headers["host"] = target.host;
  return headers;
}
