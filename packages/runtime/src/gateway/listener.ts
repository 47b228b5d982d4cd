import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { RuntimeError } from "../errors.ts";

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Bytes of request line and headers. */
  readonly headerBytes: number;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** One port, on every address of the host. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections; resolves when those there are have ended. */
  stop(): Promise<void>;
  /** Ends connections as soon as no request is in work on any, or the grace is over. */
  drain(): void;
}

/** Rejects with `RuntimeError` when port or host cannot be had. */
export async function listen(given: ListenOptions): Promise<Listener> {
  const requests = new RequestCount();
  const options: ListenOptions = {
    ...given,
    onRequest: (request, response) => {
      requests.add(response);
      given.onRequest(request, response);
    },
  };
  const first = createHttpServer(options);
  const isLocalhost = options.host === "localhost";
  const port = await bind(first, isLocalhost ? "127.0.0.1" : options.host, options.port);
  const servers = [first];
  if (isLocalhost) {
    const second = createHttpServer(options);
    try {
      await bind(second, "::1", port);
      servers.push(second);
    } catch (error) {
      const code = error instanceof RuntimeError ? error.code : null;
      // A machine without IPv6 has just the one address.
      if (code !== "ERR_HOST_UNAVAILABLE") {
        await closeServer(first);
        // Any free port was asked for, and this one is free in one family only.
        if (code === "ERR_PORT_IN_USE" && options.port === 0) return listen(given);
        throw error;
      }
    }
  }
  return {
    port,
    async stop() {
      await Promise.all(servers.map((server) => closeServer(server)));
    },
    drain() {
      const dropAll = (): void => {
        clearTimeout(grace);
        for (const server of servers) server.closeAllConnections();
      };
      const grace = setTimeout(dropAll, drainGraceMs);
      requests.whenNone(dropAll);
    },
  };
}

/** Time requests in work have to end when the server stops. */
const drainGraceMs = 5000;

/**
 * Counts requests in work. Node itself does not tell a connection that never sent a request (browsers
 * open such ahead of time) from one that is about to.
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

function createHttpServer({ headerBytes, onRequest, onUpgrade }: ListenOptions): Server {
  const maxHeaderSize = headerBytes === Infinity ? 2 ** 31 - 1 : headerBytes;
  const server = createServer({ maxHeaderSize }, onRequest);
  server.on("upgrade", onUpgrade);
  server.on("clientError", refuse);
  return server;
}

/** How long a refused peer that still writes is read and dropped, so that it gets to read its answer. */
const lingerMs = 1000;

/**
 * What is no HTTP gets an HTTP error, if the peer still listens. Closing with bytes unread would reset
 * the connection, and the answer could be lost with it: RFC 9112, section 9.6.
 */
function refuse(error: Error & { code?: string }, socket: Duplex): void {
  // Hears of the peer's end too, once more as an error of the parser.
  if (socket.writableEnded) return;
  socket.on("error", () => socket.destroy());
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  let status = 400;
  if (error.code === "HPE_HEADER_OVERFLOW") status = 431;
  else if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") status = 408;
  const reason = STATUS_CODES[status] ?? "";
  const body = JSON.stringify({ message: reason });
  // The parser is done with this peer.
  socket.removeAllListeners("data");
  socket.on("data", () => {});
  const linger = setTimeout(() => socket.destroy(), lingerMs);
  socket.once("close", () => clearTimeout(linger));
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function bind(server: Server, host: string, port: number): Promise<number> {
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

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

function toRuntimeError(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (cause.code) {
    case "EADDRINUSE":
      return new RuntimeError("ERR_PORT_IN_USE", `Port ${port} is in use`, { cause });
    case "EACCES":
      return new RuntimeError("ERR_PORT_FORBIDDEN", `Port ${port} may not be used`, { cause });
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
