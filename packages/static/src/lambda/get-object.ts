import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { setTimeout as delay } from "node:timers/promises";

const plainAgent = new HttpAgent({ keepAlive: true });
const secureAgent = new HttpsAgent({ keepAlive: true });
/** Delays before retries, in milliseconds. */
const retryDelays = [50, 200];

/**
 * Sends a signed request to S3, with retries if the connection breaks or S3 is busy. Does not use `fetch`, which
 * would decode the stored object.
 */
export async function getObject(url: string, signed: Headers): Promise<IncomingMessage> {
  const headers = Object.fromEntries(signed);
  for (const wait of retryDelays) {
    const response = await send(url, headers).catch(() => null);
    if (response !== null && (response.statusCode ?? 0) < 500) return response;
    response?.destroy();
    await delay(wait);
  }
  return send(url, headers);
}

function send(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const isSecure = url.startsWith("https:");
    const call = isSecure
      ? requestHttps(url, { headers, agent: secureAgent }, resolve)
      : requestHttp(url, { headers, agent: plainAgent }, resolve);
    call.once("error", reject);
    call.end();
  });
}
