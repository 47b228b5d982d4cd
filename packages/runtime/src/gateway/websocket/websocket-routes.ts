import {
  canRollOver,
  keepAlive,
  rollOver,
  type Place,
  type WebSocketApi,
  type WebSocketRoute,
} from "@arclet/manifest";
import { compileRouteSelection } from "./route-selection.ts";

/** The routes of a WebSocket API, ready to be asked for every message. */
export class WebSocketRoutes {
  readonly connect: WebSocketRoute | null;
  readonly disconnect: WebSocketRoute | null;
  readonly authorizer: WebSocketApi["authorizer"];
  /** Where the API claims to be. */
  readonly place: Place;
  readonly #default: WebSocketRoute | null;
  readonly #custom = new Map<string, WebSocketRoute>();
  readonly #evaluate: (body: string) => string;
  /** Actions that the gateway answers itself. */
  readonly #own: ReadonlyMap<string, "keep-alive" | "roll-over">;

  constructor(api: Omit<WebSocketApi, "stage">, place: Place) {
    this.place = place;
    const find = (key: string): WebSocketRoute | null =>
      api.routes.find((route) => route.routeKey === key) ?? null;
    this.connect = find("$connect");
    this.disconnect = find("$disconnect");
    this.#default = find("$default");
    this.authorizer = api.authorizer;
    for (const route of api.routes) {
      if (!route.routeKey.startsWith("$")) this.#custom.set(route.routeKey, route);
    }
    this.#own = new Map([
      ...(api.keepAlive === true ? ([[keepAlive.routeKey, "keep-alive"]] as const) : []),
      ...(canRollOver(api) ? ([[rollOver.routeKey, "roll-over"]] as const) : []),
    ]);
    const selection = compileRouteSelection(api.routeSelectionExpression);
    this.#evaluate = (body) => selection.evaluate(body);
  }

  /**
   * Null: neither a matching route nor `$default`. Lifecycle routes are never matched. A text: no function is
   * meant, the gateway itself answers.
   */
  select(body: string): WebSocketRoute | "keep-alive" | "roll-over" | null {
    // With nothing to choose from the body need not be read.
    if (this.#custom.size === 0 && this.#own.size === 0) return this.#default;
    const name = this.#evaluate(body);
    return this.#own.get(name) ?? this.#custom.get(name) ?? this.#default;
  }
}
