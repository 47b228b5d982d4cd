import type { Clock, ClockTimer } from "../../clock.ts";
import type { Limits } from "../../limits.ts";
import type { WebSocketConnection } from "./websocket-connection.ts";

/** How often open connections are looked over for the limits of time. */
const sweepMs = 1000;

/** Ends connections whose time is over and pings the others: one timer for all, none while there are none. */
export class ConnectionWatch {
  readonly #clock: Clock;
  readonly #limits: Pick<Limits, "idleMs" | "connectionMs" | "pingMs">;
  readonly #connections: ReadonlySet<WebSocketConnection>;
  #sweep: ClockTimer | null = null;
  #nextPingAt = 0;

  constructor(
    clock: Clock,
    limits: Pick<Limits, "idleMs" | "connectionMs" | "pingMs">,
    connections: ReadonlySet<WebSocketConnection>,
  ) {
    this.#clock = clock;
    this.#limits = limits;
    this.#connections = connections;
  }

  /** A connection has been added. */
  start(): void {
    this.#sweep ??= this.#clock.after(sweepMs, () => {
      this.#sweep = null;
      this.#lookOver();
      if (this.#connections.size > 0) this.start();
    });
  }

  #lookOver(): void {
    const { idleMs, connectionMs, pingMs } = this.#limits;
    const now = this.#clock.now();
    const isPingDue = now >= this.#nextPingAt;
    if (isPingDue) this.#nextPingAt = now + pingMs;
    for (const connection of this.#connections) {
      const isOver =
        now - connection.lastActiveAt >= idleMs || now - connection.connectedAt >= connectionMs;
      if (isOver) connection.close(1001, "Going away");
      else if (isPingDue && now - connection.connectedAt >= pingMs) connection.ping();
    }
  }

  close(): void {
    this.#sweep?.cancel();
  }
}
