import type { Agent, IncomingMessage } from "node:http";
import { headersOf, type RefusedResponse, type SignedRequest } from "../signed-fetch.ts";

/** As many sockets to one host as the AWS SDK opens. */
const maxSockets = 50;

/**
 * Sends signed requests over sockets that stay open between them. `node:https` answers in half the time that
 * `fetch` takes, and its first request in a quarter.
 */
export function createPost(): (request: SignedRequest) => Promise<RefusedResponse> {
  let agent: Agent | undefined;
  return async (signed) => {
    const { request, Agent } = await (signed.url.startsWith("http:")
      ? import("node:http")
      : import("node:https"));
    agent ??= new Agent({ keepAlive: true, maxSockets });
    const options = { ...signed, agent, headers: await headersOf(signed) };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(signed.url, options, resolve).on("error", reject).end(signed.body);
    });
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    const { statusCode, headers } = response;
    return {
      status: statusCode as number,
      headers: { get: (name) => (headers[name] as string | undefined) ?? null },
      text: async () => text,
    };
  };
}
