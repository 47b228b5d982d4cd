import { request as requestHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { request as requestHttps } from "node:https";
import { answerJson } from "./http-api.ts";

/** Hands a request that matches no route on to `@proxy`'s server. */
export function forward(request: IncomingMessage, response: ServerResponse, target: string): void {
  if (!URL.canParse(target)) {
    answerJson(response, 502, JSON.stringify({ message: `@proxy: ${target} is no URL` }));
    return;
  }
  const base = new URL(target);
  const path = base.pathname.replace(/\/$/, "") + (request.url ?? "/");
  const { method, headers } = request;
  const send = base.protocol === "https:" ? requestHttps : requestHttp;
  const upstream = send(
    base,
    { path, method, headers: { ...headers, host: base.host } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
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
