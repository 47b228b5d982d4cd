import { once } from "node:events";
import { WebSocket } from "ws";

/** A socket of a page, with the messages that it got. */
export interface Page {
  readonly id: string;
  /** Of the answer to its first message: what the function knows about who is there. */
  readonly authorizer: Readonly<Record<string, unknown>> | null;
  /** The next message, past or to come. */
  next(): Promise<unknown>;
  /** Resolves all messages so far, once those before this call have come. */
  settled(): Promise<readonly unknown[]>;
  readonly socket: WebSocket;
  /** Resolves the code that closed it. */
  readonly closed: Promise<number>;
  close(): Promise<void>;
}

export interface PageOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens a socket; rejects with the status as its message when it is refused. */
export async function openPage(base: string, options: PageOptions = {}): Promise<Page> {
  const { query = {}, headers = {} } = options;
  const url = `${base.replace(/^http/, "ws")}/?${new URLSearchParams(query).toString()}`;
  const socket = new WebSocket(url, { headers });
  const messages: unknown[] = [];
  let wake = (): void => {};
  const answers: ((message: Record<string, unknown>) => void)[] = [];
  socket.on("message", (data: Buffer, isBinary) => {
    const message: unknown = isBinary ? [...data] : JSON.parse(data.toString());
    if (
      typeof message === "object" &&
      message !== null &&
      "id" in message &&
      "authorizer" in message
    ) {
      answers.shift()?.(message);
      return;
    }
    messages.push(message);
    wake();
  });
  const closed = new Promise<number>((resolve) => {
    socket.on("close", resolve);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("unexpected-response", (_request, response) => {
      response.resume();
      reject(new Error(String(response.statusCode)));
    });
    socket.once("error", reject);
  });
  /** Messages of one connection come in order: its answer comes behind all that were sent before. */
  const ask = (): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      answers.push(resolve);
      socket.once("close", () => reject(new Error("closed")));
      socket.send("who am I?");
    });
  const { id, authorizer } = await ask();
  return {
    id: String(id),
    authorizer: authorizer as Page["authorizer"],
    async next() {
      for (;;) {
        if (messages.length > 0) return messages.shift();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async settled() {
      await ask();
      return [...messages];
    },
    socket,
    closed,
    async close() {
      if (socket.readyState === socket.CLOSED) return;
      socket.close();
      await once(socket, "close");
    },
  };
}
