import {
  createServer as createHttpServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { isIP, type Server as NetServer } from "node:net";
import type { Duplex } from "node:stream";
import { RuntimeError } from "../errors.ts";
import { answerJson } from "../http/http-answer.ts";
import { isLoopbackAddress, isLoopbackName } from "../http/trust.ts";
import { asksForWebSocket, withoutUpgrade } from "./plain-request.ts";
import { answerRaw } from "./raw-answer.ts";
import { createTlsDoor } from "./tls-door.ts";

/** Certificate chain and private key, as PEM texts. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Bytes of request line and headers. */
  readonly headerBytes: number;
  /** Null serves no TLS. */
  readonly tls: TlsFiles | null;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** One port, on every address of the host. */
export interface Listener {
  readonly port: number;
  /** Stops accepting connections. Resolves when the existing ones have ended. */
  stop(): Promise<void>;
  /** Closes connections when no requests are in progress, or the grace period is over. */
  drain(): void;
}

/** Rejects with `RuntimeError` if the port or host is not available. */
export async function listen(given: ListenOptions): Promise<Listener> {
  const requests = new RequestCount();
  const options: ListenOptions = {
    ...given,
    onRequest: (request, response) => {
      requests.add(response);
      given.onRequest(request, response);
    },
  };
  const { host } = options;
  const [first = host, ...others] = addressesOf(host);
  const main = createServers(options);
  const bound = [main];
  const port = await bind(main.door, first, options.port);
  for (const address of others) {
    const server = createServers(options);
    try {
      await bind(server.door, address, port);
      bound.push(server);
    } catch (error) {
      const code = error instanceof RuntimeError ? error.code : null;
      // A machine without IPv6 has only one address.
      if (code === "ERR_HOST_UNAVAILABLE") continue;
      await Promise.all(bound.map(closeServer));
      // Any free port was requested, and this one is free on one address only: try another.
      if (code === "ERR_PORT_IN_USE" && options.port === 0) return listen(given);
      throw error;
    }
  }
  return {
    port,
    async stop() {
      await Promise.all(bound.map(closeServer));
    },
    drain() {
      const dropAll = (): void => {
        clearTimeout(grace);
        for (const { http } of bound) for (const server of http) server.closeAllConnections();
      };
      const grace = setTimeout(dropAll, drainGraceMs);
      requests.whenNone(dropAll);
    },
  };
}

/** Where a host listens. An address of the network also listens on loopback, for the app's own functions. */
function addressesOf(host: string): readonly string[] {
  if (host === "localhost") return ["127.0.0.1", "::1"];
  const isOwnAddress = isIP(host) !== 0 && host !== "0.0.0.0" && host !== "::";
  return isOwnAddress && !isLoopbackName(host) ? [host, "127.0.0.1"] : [host];
}

/** Grace period for requests in progress when the server stops. */
const drainGraceMs = 5000;

/**
 * Counts requests in progress. Node.js does not distinguish a connection without a request, which browsers
 * open ahead of time, from one that is about to send one.
 */
class RequestCount {
  #count = 0;
  #onNone: (() => void) | null = null;

  add(response: ServerResponse): void {
    this.#count++;
    response.once("close", () => {
      this.#count--;
      if (this.#count === 0) this.#onNone?.();
    });
  }

  whenNone(run: () => void): void {
    if (this.#count === 0) run();
    else this.#onNone = run;
  }
}

/** The servers of one address: what listens, and what parses HTTP. */
interface BoundServer {
  readonly door: NetServer;
  readonly http: readonly HttpServer[];
  /** Closes connections without a request. */
  closeIdle(): void;
}

function createServers(options: ListenOptions): BoundServer {
  const { headerBytes, tls } = options;
  const maxHeaderSize = headerBytes === Infinity ? 2 ** 31 - 1 : headerBytes;
  const plain = createHttpServer({ maxHeaderSize });
  if (tls === null) {
    answerOn(plain, "connection", options);
    return { door: plain, http: [plain], closeIdle: () => plain.closeIdleConnections() };
  }
  // Plain HTTP is only for the app's own functions and programs on this machine.
  answerOn(plain, "connection", {
    onRequest(request, response) {
      if (isLoopbackAddress(request.socket.remoteAddress ?? "")) {
        options.onRequest(request, response);
        return;
      }
      const location = `https://${request.headers.host ?? "localhost"}${request.url ?? "/"}`;
      response.writeHead(308, { location, connection: "close" }).end();
    },
    onUpgrade(request, socket, head) {
      if (isLoopbackAddress(request.socket.remoteAddress ?? "")) {
        options.onUpgrade(request, socket, head);
      } else answerRaw(socket, 403, "This server speaks TLS: use wss://");
    },
  });
  const secure = createHttpsServer({ maxHeaderSize, cert: tls.cert, key: tls.key });
  answerOn(secure, "secureConnection", options);
  // Ignore TLS errors, such as clients that do not trust the certificate.
  secure.on("tlsClientError", (_error, socket) => socket.destroy());
  const door = createTlsDoor(secure, plain);
  return {
    door: door.server,
    http: [secure, plain],
    closeIdle() {
      door.closeSilent();
      secure.closeIdleConnections();
      plain.closeIdleConnections();
    },
  };
}

function answerOn(
  server: HttpServer,
  newConnection: "connection" | "secureConnection",
  { onRequest, onUpgrade }: Pick<ListenOptions, "onRequest" | "onUpgrade">,
): void {
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    // Refuse two Host headers, which other software may interpret differently: RFC 9112, section 3.2.
    if (hostCount(request) <= 1) onRequest(request, response);
    else answerJson(response.setHeader("connection", "close"), 400, '{"message":"Bad Request"}');
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (hostCount(request) > 1) answerRaw(socket, 400, "Bad Request");
    else if (asksForWebSocket(request)) onUpgrade(request, socket, head);
    else {
      socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
      server.emit(newConnection, socket);
    }
  });
  server.on("clientError", refuse);
}

function hostCount({ rawHeaders }: IncomingMessage): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") count++;
  }
  return count;
}

/** Responds to malformed HTTP with an error, if the client is still connected. */
function refuse(error: Error & { code?: string }, socket: Duplex): void {
  // Hears of the peer's end too, once more as an error of the parser.
  if (socket.writableEnded) return;
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.on("error", () => socket.destroy());
    socket.destroy();
    return;
  }
  let status = 400;
  if (error.code === "HPE_HEADER_OVERFLOW") status = 431;
  else if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") status = 408;
  answerRaw(socket, status, STATUS_CODES[status] ?? "");
}

function bind(server: NetServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(toRuntimeError(error, host, port));
    server.once("error", fail);
    server.listen({ host, port }, () => {
      server.off("error", fail);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: BoundServer): Promise<void> {
  return new Promise((resolve) => {
    server.door.close(() => resolve());
    server.closeIdle();
  });
}

function toRuntimeError(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (cause.code) {
    case "EADDRINUSE":
      return new RuntimeError("ERR_PORT_IN_USE", `Port ${port} is in use`, { cause });
    case "EACCES":
      return new RuntimeError(
        "ERR_PORT_FORBIDDEN",
        `Permission denied for port ${port}: use a port above 1023`,
        { cause },
      );
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
    case "ENOTFOUND":
      return new RuntimeError("ERR_HOST_UNAVAILABLE", `${host} is not an address of this machine`, {
        cause,
      });
    default:
      return cause;
  }
}
