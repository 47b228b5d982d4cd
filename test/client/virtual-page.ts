import { ticket } from "../../packages/functions/src/auth/ticket.ts";
import {
  connect,
  type Client,
  type AnyApp,
  type ClientError,
} from "../../packages/client/src/index.ts";
import { Link, VirtualSocket, type Cut } from "./virtual-network.ts";
import type { Task, VirtualPlatform } from "./virtual-platform.ts";

/** A message to the app, and what the client said of it. */
export interface Message extends Task {
  readonly isCall: boolean;
  readonly at: number;
  /** `result`, `sent`, or the code of the error; null as long as the client has said nothing. */
  outcome: string | null;
  /** How often the client said something. */
  outcomes: number;
}

/** A broadcast as the page got it. */
export interface Received {
  readonly n: number;
  readonly link: Link;
}

export interface PageOptions {
  readonly person: string;
  readonly hasLogins: boolean;
  readonly random: () => number;
}

/** The real client in a page, with the network below it. */
export class VirtualPage {
  readonly #options: PageOptions;
  readonly #client: Client<AnyApp>;
  readonly links: Link[] = [];
  readonly messages: Message[] = [];
  readonly received: Received[] = [];
  readonly statuses: { readonly at: number; readonly status: string }[] = [];
  /** When `resumed` fired. */
  readonly resumed: number[] = [];
  dropped = 0;
  /** Whether the app has answered a sign of life: before that, the client waits for none. */
  hasPonged = false;
  /** Until when the network is away. */
  offlineUntil = 0;
  closedAt = Infinity;
  #reading: Link | null = null;

  constructor(platform: VirtualPlatform, options: PageOptions) {
    this.#options = options;
    const { person, hasLogins, random } = options;
    const dial = (url: string, socket: VirtualSocket): Link => this.#dial(platform, url, socket);
    const read = (link: Link | null, reading: () => void): void => {
      this.#reading = link;
      reading();
    };
    class Socket extends VirtualSocket {
      constructor(url: string | URL) {
        super();
        this.link = dial(String(url), this);
      }
      override read(data: string): void {
        read(this.link, () => super.read(data));
      }
    }
    const target = async (): Promise<string> => {
      await new Promise((resolve) => {
        setTimeout(resolve, 20 + random() * 1500);
      });
      if (this.#isOffline) throw new Error("The network is away");
      if (!hasLogins) return "ws://app/";
      return `ws://app/?ticket=${await platform.work(ticket.issue({ id: person }))}`;
    };
    this.#client = connect(target, { WebSocket: Socket as never, keepAlive: true, queue: 8 });
    this.#client.on("status", (status) => this.statuses.push({ at: Date.now(), status }));
    this.#client.on("resumed", () => this.resumed.push(Date.now()));
    this.#client.on("arclet-pong", () => {
      this.hasPonged = true;
    });
    this.#client.on("dropped", () => this.dropped++);
    this.#client.on("said", ({ n }: { readonly n: number }) => {
      if (this.#reading !== null) this.received.push({ n, link: this.#reading });
    });
  }

  get #isOffline(): boolean {
    return Date.now() < this.offlineUntil;
  }

  #dial(platform: VirtualPlatform, url: string, socket: VirtualSocket): Link {
    const link = new Link(url, socket, this.#options.random);
    this.links.push(link);
    if (this.#isOffline) link.cut({ clientMs: 500, platformMs: null, isOneWay: false });
    else platform.dial(link, this.#options.person);
    return link;
  }

  say(task: Task, isCall: boolean): void {
    const message: Message = { ...task, isCall, at: Date.now(), outcome: null, outcomes: 0 };
    this.messages.push(message);
    const settle = (outcome: string): void => {
      message.outcome = outcome;
      message.outcomes++;
    };
    const { n, ms, ending } = task;
    const answer = isCall
      ? this.#client.call("say", { n, ms, ending })
      : this.#client.send("say", { n, ms, ending });
    void answer.then(
      (value: unknown) => settle(isCall ? `result ${String(value)}` : "sent"),
      (error: ClientError) => settle(error.code),
    );
  }

  cut(cut: Cut, which: "all" | "oldest" | "newest", offlineMs: number): void {
    const links = this.links.filter(({ socket }) => socket.readyState < 2);
    if (which === "all") this.offlineUntil = Date.now() + offlineMs;
    const chosen = which === "all" ? links : links.slice(...(which === "oldest" ? [0, 1] : [-1]));
    for (const link of chosen) link.cut(cut);
  }

  close(): void {
    this.closedAt = Date.now();
    this.#client.close();
  }
}
