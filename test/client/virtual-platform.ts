import { setImmediate } from "node:timers/promises";
import { keepAlive, rollOver } from "@arclet/manifest";
import { createSystemClock } from "../../packages/runtime/src/clock.ts";
import { Realtime } from "../../packages/runtime/src/connections/realtime.ts";
import type { PresenceChange } from "../../packages/runtime/src/connections/room-registry.ts";
import { SocketAuth } from "../../packages/runtime/src/gateway/websocket/socket-auth.ts";
import { Traffic } from "../../packages/runtime/src/traffic/traffic.ts";
import { testKinds, testSecret } from "../rooms/test-kinds.ts";
import type { Link, Peer } from "./virtual-network.ts";

const idleMs = 600_000;
const oldestMs = 7_200_000;
export const lobby = "chat:lobby";

/** What a page asks the one action of the app to do. */
export interface Task {
  /** Different for every message of a run. */
  readonly n: number;
  /** How long the function runs. */
  readonly ms: number;
  readonly ending: "result" | "error" | "crash";
}

/** A handshake that was accepted. */
export interface Accepted {
  readonly id: string;
  readonly person: string;
  readonly previousId: string | null;
}

/** An app with one room and one action: the platform's real rooms and logins, behind links instead of sockets. */
export class VirtualPlatform {
  readonly #realtime = new Realtime(createSystemClock(), new Traffic());
  readonly #logins = new SocketAuth(this.#realtime);
  readonly #hasLogins: boolean;
  readonly #random: () => number;
  readonly presence: PresenceChange[] = [];
  readonly accepted: Accepted[] = [];
  /** How often the function began with each message. */
  readonly runs = new Map<number, number>();
  /** When each broadcast was sent. */
  readonly broadcasts: number[] = [];
  /** Called when a connection asks to roll over; without logins, when the next one begins. */
  onRollOver: (person: string) => void = () => {};
  readonly #crashes = new Set<() => void>();
  #working = 0;
  #connections = 0;
  #limitCloses = 0;

  constructor({
    hasLogins,
    random,
  }: {
    readonly hasLogins: boolean;
    readonly random: () => number;
  }) {
    this.#hasLogins = hasLogins;
    this.#random = random;
    this.#realtime.setManifest({ rooms: testKinds, ws: null });
    this.#realtime.onPresence((change) => this.presence.push(change));
    this.#logins.setApi(
      { auth: hasLogins ? ["ticket"] : [], origins: null },
      { ARC_APP_SECRET: testSecret },
    );
  }

  /** Connections that had to be closed after two hours. */
  get limitCloses(): number {
    return this.#limitCloses;
  }

  /** Work that no virtual time passes for, such as opening a ticket. */
  async work<T>(promise: Promise<T>): Promise<T> {
    this.#working++;
    try {
      return await promise;
    } finally {
      this.#working--;
    }
  }

  /** Until everything that takes no time is done. */
  async settled(): Promise<void> {
    do await setImmediate();
    while (this.#working > 0);
  }

  broadcast(): void {
    const data = JSON.stringify({ type: "said", n: this.broadcasts.length });
    this.broadcasts.push(Date.now());
    this.#realtime.rooms.send(lobby, { data, isText: true }, [], null);
  }

  members(): readonly string[] {
    return this.#realtime.rooms.members(lobby, 0).members.map(({ id }) => id);
  }

  /** New code: what runs ends with a crash. */
  reload(): void {
    for (const crash of this.#crashes) crash();
  }

  dial(link: Link, person: string): void {
    link.up(() => void this.work(this.#shake(link, person)));
  }

  async #shake(link: Link, person: string): Promise<void> {
    const { rooms } = this.#realtime;
    const id = `connection-${++this.#connections}`;
    const refuse = (): void => {
      rooms.end(id);
      link.down(() => link.socket.end(1006));
    };
    let hasLeft = false;
    link.peer = {
      receive() {},
      closed() {
        hasLeft = true;
      },
    };
    rooms.begin(id);
    if (!this.#hasLogins) this.onRollOver(person);
    let previousId: string | null = null;
    if (this.#hasLogins) {
      const query = new URL(link.url).searchParams;
      const verdict = await this.#logins.judge({ headers: {} }, query, Date.now());
      if (!verdict.ok) return refuse();
      ({ previousConnectionId: previousId } = verdict);
      rooms.identify(id, verdict.identity);
    }
    this.#run(Math.floor(this.#random() * 400), (hasCrashed) => {
      if (!hasCrashed) rooms.join(lobby, id, JSON.stringify(person));
      if (hasCrashed || rooms.settle(id, previousId) !== "done") return refuse();
      this.accepted.push({ id, person, previousId });
      // The socket is not open at once.
      setTimeout(
        () => {
          if (hasLeft) rooms.end(id);
          else this.#open(link, person, id);
        },
        Math.floor(this.#random() * 100),
      );
    });
  }

  #open(link: Link, person: string, id: string): void {
    const { rooms } = this.#realtime;
    let isOpen = true;
    let activeAt = Date.now();
    const end = (code: number): void => {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(idle);
      clearTimeout(limit);
      rooms.end(id);
      link.down(() => link.socket.end(code));
    };
    const write = (text: string): boolean => {
      if (!isOpen) return false;
      activeAt = Date.now();
      link.down(() => link.socket.read(text));
      return true;
    };
    const watch = (): ReturnType<typeof setTimeout> =>
      setTimeout(
        () => {
          if (Date.now() - activeAt >= idleMs) end(1001);
          else idle = watch();
        },
        activeAt + idleMs - Date.now(),
      );
    let idle = watch();
    const limit = setTimeout(() => {
      if (!link.isCut) this.#limitCloses++;
      end(1001);
    }, oldestMs);
    const peer: Peer = {
      receive: (text) => {
        activeAt = Date.now();
        if (isOpen) this.#receive(text, person, id, write);
      },
      closed: () => end(1000),
    };
    link.peer = peer;
    rooms.open(id, {
      deliver: ({ data }) => write(String(data)),
      close: end,
    });
    link.down(() => link.socket.open());
  }

  #receive(text: string, person: string, id: string, write: (text: string) => boolean): void {
    const message = JSON.parse(text) as {
      readonly action: string;
      readonly requestId?: string;
    } & Task;
    const { action, requestId, n, ms, ending } = message;
    if (action === keepAlive.routeKey) write(keepAlive.answer);
    else if (action === rollOver.routeKey) {
      this.onRollOver(person);
      void this.work(this.#logins.writePrevious(id, person, Date.now()).then(write));
    } else {
      this.runs.set(n, (this.runs.get(n) ?? 0) + 1);
      this.#run(ms, (hasCrashed) => {
        if (hasCrashed || ending === "crash") {
          write(
            JSON.stringify({ message: "Internal server error", connectionId: id, requestId: "g" }),
          );
        } else if (requestId !== undefined) {
          const answer =
            ending === "result"
              ? { result: n }
              : { error: { code: "REFUSED", message: String(n) } };
          write(JSON.stringify({ requestId, ...answer }));
        }
      });
    }
  }

  /** A function, until it has run or the code is reloaded. */
  #run(ms: number, ended: (hasCrashed: boolean) => void): void {
    const end = (hasCrashed: boolean): void => {
      clearTimeout(timer);
      this.#crashes.delete(crash);
      ended(hasCrashed);
    };
    const crash = (): void => end(true);
    const timer = setTimeout(() => end(false), ms);
    this.#crashes.add(crash);
  }
}
