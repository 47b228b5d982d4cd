import type { ClfTime } from "../../lambda-events/clf-time.ts";
import { MessageEventWriter, type WebSocketClient } from "../../lambda-events/ws.ts";

/** Clients kept at a time; what comes beyond begins anew. */
const capacity = 1024;

/** A client with the writer of its events. */
export interface KnownClient {
  readonly client: WebSocketClient;
  readonly writer: MessageEventWriter;
}

/** One copy of what many connections say alike: host, address and user agent. */
export class KnownClients {
  readonly #time: ClfTime;
  readonly #api: Pick<WebSocketClient, "apiId" | "stage">;
  readonly #clients = new Map<string, KnownClient>();

  constructor(time: ClfTime, api: Pick<WebSocketClient, "apiId" | "stage">) {
    this.#time = time;
    this.#api = api;
  }

  get(said: Pick<WebSocketClient, "domainName" | "sourceIp" | "userAgent">): KnownClient {
    const { domainName, sourceIp, userAgent } = said;
    // One that says nothing is another than one that says an empty text.
    const key = `${domainName}\n${sourceIp}${userAgent === null ? "" : `\n${userAgent}`}`;
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    if (this.#clients.size >= capacity) this.#clients.clear();
    const client: WebSocketClient = { ...this.#api, ...said };
    const made = { client, writer: new MessageEventWriter(client, null, this.#time) };
    this.#clients.set(key, made);
    return made;
  }
}
