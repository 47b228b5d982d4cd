import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { WebSocket as Socket, WebSocketServer } from "ws";
import { connect, type AnyApp, type AppShape, type Client } from "../src/index.ts";
import type { ConnectOptions, Target } from "../src/index.ts";

type Message = Readonly<Record<string, unknown>>;

export interface TestServer {
  readonly url: string;
  /** Everything that came, of all sockets. */
  readonly received: readonly Message[];
  readonly socketCount: number;
  /** Resolves the next message that nobody has taken yet. */
  next(): Promise<Message>;
  /** Sends to the newest socket. */
  send(message: object | string): void;
  /** Closes the newest socket. */
  cut(code?: number): void;
  /** Ends the newest socket without a closing handshake. */
  kill(): void;
  /** From now on handshakes are refused with this status; null: they are accepted. */
  refuse(status: number | null): void;
}

/** A socket server that understands nothing: tests answer for it. */
export async function startServer(): Promise<TestServer> {
  let refusal: number | null = null;
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    verifyClient: (_info, done) => done(refusal === null, refusal ?? 200),
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const received: Message[] = [];
  const untaken: Message[] = [];
  const takers: ((message: Message) => void)[] = [];
  let newest: Socket | null = null;
  let socketCount = 0;
  server.on("connection", (socket) => {
    newest = socket;
    socketCount++;
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString("utf8")) as Message;
      received.push(message);
      const take = takers.shift();
      if (take === undefined) untaken.push(message);
      else take(message);
    });
  });
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return {
    url: `ws://127.0.0.1:${port}`,
    received,
    get socketCount() {
      return socketCount;
    },
    next: () =>
      new Promise((resolve) => {
        const message = untaken.shift();
        if (message === undefined) takers.push(resolve);
        else resolve(message);
      }),
    send(message) {
      newest?.send(typeof message === "string" ? message : JSON.stringify(message));
    },
    cut: (code = 1001) => newest?.close(code),
    kill: () => newest?.terminate(),
    refuse(status) {
      refusal = status;
    },
  };
}

/** A client that ends with the test; Node.js 20 has no WebSocket of its own. */
export function open<App extends AppShape = AnyApp>(
  target: Target,
  options: ConnectOptions = {},
): Client<App> {
  const client = connect<App>(target, {
    WebSocket: Socket as unknown as typeof WebSocket,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** Resolves with the next message of a type, or event of the client. */
export function nextOf(client: Client<AnyApp>, type: string): Promise<unknown> {
  return new Promise((resolve) => {
    const end = client.on(type, (message: unknown) => {
      end();
      resolve(message);
    });
  });
}
