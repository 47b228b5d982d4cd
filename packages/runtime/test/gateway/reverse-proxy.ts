import { once } from "node:events";
import { createServer, request as sendRequest, type OutgoingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { onTestFinished } from "vitest";

export interface ReverseProxyOptions {
  /** `Host` that the server behind sees; by default what the client sent, as tunnels leave it. */
  readonly host?: string;
  /** Whether it says that it forwards. @default true */
  readonly isHonest?: boolean;
}

/** A reverse proxy or tunnel on loopback, in front of a port of this machine. Resolves its own port. */
export async function startReverseProxy(
  port: number,
  { host, isHonest = true }: ReverseProxyOptions = {},
): Promise<number> {
  const added: OutgoingHttpHeaders = {
    ...(isHonest ? { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" } : {}),
    ...(host === undefined ? {} : { host }),
  };
  const proxy = createServer((incoming, answer) => {
    const { method, url: path } = incoming;
    const headers = { ...incoming.headers, ...added };
    const outgoing = sendRequest({ port, host: "127.0.0.1", method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.once("error", () => answer.destroy());
    incoming.pipe(outgoing);
  });
  proxy.on("upgrade", (incoming, socket, head) => {
    const behind = connect(port, "127.0.0.1", () => {
      const fields = Object.entries({ ...incoming.headers, ...added });
      const lines = fields.map(([name, value]) => `${name}: ${String(value)}\r\n`);
      behind.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
      behind.write(head);
      behind.pipe(socket).pipe(behind);
    });
    behind.once("error", () => socket.destroy());
    socket.once("error", () => behind.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return address.port;
}
