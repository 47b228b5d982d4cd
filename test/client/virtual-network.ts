/** How a connection is cut. */
export interface Cut {
  /** Milliseconds until the client notices. */
  readonly clientMs: number;
  /** Milliseconds until the platform notices; null: the disconnect is lost, and only idleness or age ends it. */
  readonly platformMs: number | null;
  /** What the client is sent arrives until it notices: only its own messages are lost. */
  readonly isOneWay: boolean;
}

/** The platform's end of a link. */
export interface Peer {
  receive(text: string): void;
  /** The client closed it, or the cut was noticed. */
  closed(): void;
}

/** How long a frame is on its way at most. */
export const longestWayMs = 3000;
/** How long a client waits for the closing handshake. */
const closingMs = 10_000;

/** The two directions of one socket: frames arrive late, in their order, and until a cut. */
export class Link {
  readonly url: string;
  readonly socket: VirtualSocket;
  peer: Peer | null = null;
  readonly #random: () => number;
  readonly #arrivals = { up: 0, down: 0 };
  readonly #isDead = { up: false, down: false };
  #isGone = false;

  constructor(url: string, socket: VirtualSocket, random: () => number) {
    this.url = url;
    this.socket = socket;
    this.#random = random;
  }

  get isCut(): boolean {
    return this.#isDead.up;
  }

  up(arrive: () => void): void {
    this.#carry("up", arrive);
  }

  down(arrive: () => void): void {
    this.#carry("down", arrive);
  }

  cut({ clientMs, platformMs, isOneWay }: Cut): void {
    if (this.#isDead.up) return;
    this.#isDead.up = true;
    this.#isDead.down = !isOneWay;
    setTimeout(() => this.lose(), clientMs);
    if (platformMs !== null) setTimeout(() => this.#leave(), platformMs);
  }

  /** The client's end notices. */
  lose(): void {
    this.#isDead.down = true;
    this.socket.end(1006);
  }

  /** The client closes it: what is on its way still arrives. */
  close(): void {
    this.up(() => this.#leave());
    setTimeout(() => this.lose(), closingMs);
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.peer?.closed();
  }

  #carry(way: "up" | "down", arrive: () => void): void {
    if (this.#isDead[way]) return;
    const now = Date.now();
    // Most are quick, some are as slow as can be.
    const wayMs = this.#random() < 0.05 ? this.#random() * longestWayMs : 5 + this.#random() * 100;
    const at = Math.max(this.#arrivals[way], now + Math.floor(wayMs));
    this.#arrivals[way] = at;
    setTimeout(() => {
      if (!this.#isDead[way]) arrive();
    }, at - now);
  }
}

/** The client's end, as `ws` has it: a socket that is closing still reads. */
export class VirtualSocket extends EventTarget {
  static readonly OPEN = 1;
  readyState = 0;
  link: Link | null = null;

  send(text: string): void {
    if (this.readyState === 0) throw new Error("The socket is not open yet");
    if (this.readyState === 1) this.link?.up(() => this.link?.peer?.receive(text));
  }

  close(_code: number): void {
    if (this.readyState > 1) return;
    this.readyState = 2;
    this.link?.close();
  }

  open(): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  read(data: string): void {
    if (this.readyState < 3) this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }

  end(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}
