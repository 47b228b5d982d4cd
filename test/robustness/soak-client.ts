import { once } from "node:events";
import { WebSocket } from "ws";
import type { SeededRandom } from "./seeded-random.ts";

/** What an echo carries back. */
export interface Echo {
  readonly n: number;
  readonly pad: string;
  readonly version: number;
}

/** A connection of the soak with its messages in a queue. */
export class SoakClient {
  readonly #socket: WebSocket;
  readonly #messages: string[] = [];
  #wake: () => void = () => {};
  #closeCode: number | null = null;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      this.#messages.push(data.toString());
      this.#wake();
    });
    // A failed socket also closes; the waiting reader tells which connection it was.
    socket.on("error", () => {});
    socket.once("close", (code) => {
      this.#closeCode = code;
      this.#wake();
    });
  }

  static async open(url: string): Promise<SoakClient> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const client = new SoakClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return client;
  }

  send(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Next message; throws when the connection ends first: a healthy one must not. */
  async next(): Promise<string> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      if (this.#closeCode !== null) throw new Error(`closed with ${this.#closeCode}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async nextEcho(): Promise<Echo> {
    const echo: Echo = JSON.parse(await this.next());
    return echo;
  }

  /** Messages that came and nobody asked for. */
  get unread(): number {
    return this.#messages.length;
  }

  async close(): Promise<number> {
    const closed = once(this.#socket, "close");
    this.#socket.close(1000, "done");
    const [code]: number[] = await closed;
    return code ?? 1006;
  }

  async terminate(): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.terminate();
    await closed;
  }
}

/** Text that makes a swapped or cut frame visible. */
function padding(random: SeededRandom): string {
  return "π".repeat(random.below(random.chance(0.05) ? 8_000 : 60));
}

/** One message in flight: every echo must be the one just asked for. Gives the versions it saw. */
export async function closedLoop(
  client: SoakClient,
  messages: number,
  random: SeededRandom,
): Promise<Set<number>> {
  const versions = new Set<number>();
  for (let n = 0; n < messages; n++) {
    const pad = padding(random);
    client.send({ n, pad });
    const echo = await client.nextEcho();
    if (echo.n !== n || echo.pad !== pad) {
      throw new Error(`sent ${n}, got ${JSON.stringify(echo).slice(0, 200)}`);
    }
    versions.add(echo.version);
  }
  return versions;
}

/** All messages at once: each must come back exactly once, in any order. */
export async function pipelined(
  client: SoakClient,
  messages: number,
  random: SeededRandom,
): Promise<readonly number[]> {
  const missing = new Map<number, string>();
  for (let n = 0; n < messages; n++) {
    const pad = padding(random);
    missing.set(n, pad);
    client.send({ n, pad });
  }
  const order: number[] = [];
  while (missing.size > 0) {
    const echo = await client.nextEcho();
    if (missing.get(echo.n) !== echo.pad) {
      throw new Error(`unexpected ${JSON.stringify(echo).slice(0, 200)}`);
    }
    missing.delete(echo.n);
    order.push(echo.n);
  }
  if (client.unread > 0) throw new Error(`${client.unread} messages too many`);
  return order;
}
