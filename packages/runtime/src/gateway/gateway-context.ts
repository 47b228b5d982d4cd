import type { ServerResponse } from "node:http";
import type { ClfTime } from "../clf-time.ts";
import type { Clock } from "../clock.ts";
import type { ConnectionRouter } from "../connections/connection-router.ts";
import type { Realtime } from "../connections/realtime.ts";
import type { GatewayInvoker } from "../execution/invoker.ts";
import type { IdSource } from "../lambda-events/ids.ts";
import type { Limits } from "../limits.ts";
import type { Traffic } from "../traffic/traffic.ts";
import type { Deadlines } from "./deadlines.ts";
import type { WaitingWork } from "./waiting-work.ts";
import type { Trust } from "../http/trust.ts";

/** Shared by all parts of the gateway. */
export interface GatewayContext {
  readonly invoker: GatewayInvoker;
  readonly connections: ConnectionRouter;
  readonly realtime: Realtime;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly trust: Trust;
  readonly work: WaitingWork;
  readonly deadlines: Deadlines;
  readonly ids: IdSource;
  readonly time: ClfTime;
  /** Ten lower-case letters and digits. */
  readonly apiId: string;
  readonly stage: string;
  /** Reasons for refused requests, for the developer; recorded only while traffic is observed. */
  readonly reasons: WeakMap<ServerResponse, string>;
}
