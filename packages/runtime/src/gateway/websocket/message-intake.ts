import type { WebSocket } from "ws";
import type { Clock, ClockTimer } from "../../clock.ts";
import type { WaitingWork } from "../waiting-work.ts";
import type { MessageInWork } from "./messages-in-work.ts";

/** Between looks whether the client of a socket that is not read is still there. The number is ours. */
const probeMs = 1_000;

export interface MessageIntakeOptions {
  readonly socket: WebSocket;
  readonly clock: Clock;
  readonly work: WaitingWork;
  /** Bytes of events that may wait before the socket is no longer read. */
  readonly limitBytes: number;
  readonly take: (data: Buffer) => void;
}

/**
 * Takes the messages of one connection, and stops to read its socket while too much of it waits. What
 * came in one piece with the last message is kept as it came, and taken later.
 */
export class MessageIntake {
  readonly #options: MessageIntakeOptions;
  /** Oldest first: nearly always the next one to end. */
  readonly #messages: MessageInWork[] = [];
  #bytes = 0;
  #isPaused = false;
  #held: Buffer[] = [];
  #probe: ClockTimer | null = null;

  constructor(options: MessageIntakeOptions) {
    this.#options = options;
  }

  /** Whether the socket is not read: pongs do not arrive either. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  receive(data: Buffer): void {
    if (this.#isPaused) this.#held.push(data);
    else this.#options.take(data);
  }

  begun(message: MessageInWork): void {
    this.#messages.push(message);
    this.#bytes += message.bytes;
    const { limitBytes, work, socket } = this.#options;
    const isOther = this.#messages.length > 1;
    if (this.#isPaused || (this.#bytes < limitBytes && !(isOther && work.isHigh))) return;
    this.#isPaused = true;
    socket.pause();
    this.#watch();
  }

  ended(message: MessageInWork): void {
    const index = this.#messages.indexOf(message);
    if (index === -1) return;
    if (index === 0) this.#messages.shift();
    else this.#messages.splice(index, 1);
    this.#bytes -= message.bytes;
    const { limitBytes, work, socket, take } = this.#options;
    if (!this.#isPaused || this.#bytes > (work.isHigh ? 0 : limitBytes / 2)) return;
    this.#isPaused = false;
    const held = this.#held;
    this.#held = [];
    for (const data of held) {
      // Taking one may be too much again.
      if (this.#isPaused) this.#held.push(data);
      else take(data);
    }
    if (this.#isPaused) return;
    this.#probe?.cancel();
    this.#probe = null;
    socket.resume();
  }

  /** The connection has ended: nothing more is taken. Gives the messages that are still in work. */
  close(): readonly MessageInWork[] {
    this.#probe?.cancel();
    this.#held = [];
    this.#isPaused = false;
    return this.#messages.slice();
  }

  /** A socket that is not read does not report its end: what is written to it does. */
  #watch(): void {
    const { clock, socket } = this.#options;
    this.#probe?.cancel();
    this.#probe = clock.after(probeMs, () => {
      if (!this.#isPaused || socket.readyState !== socket.OPEN) return;
      socket.ping();
      this.#watch();
    });
  }
}
