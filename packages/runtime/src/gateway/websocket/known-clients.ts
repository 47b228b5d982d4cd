import type { MessageSender, WebSocketClient } from "../../message-event.ts";

/** Clients kept at a time; what comes beyond begins again. */
const capacity = 1024;

/** One copy of what many connections say alike: host, address and user agent. */
export class KnownClients {
  readonly #api: Pick<WebSocketClient, "apiId" | "stage">;
  readonly #senders = new Map<string, MessageSender>();

  constructor(api: Pick<WebSocketClient, "apiId" | "stage">) {
    this.#api = api;
  }

  get(said: Pick<WebSocketClient, "domainName" | "sourceIp" | "userAgent">): MessageSender {
    const { domainName, sourceIp, userAgent } = said;
    // One that says nothing is another than one that says an empty text.
    const key = `${domainName}\n${sourceIp}${userAgent === null ? "" : `\n${userAgent}`}`;
    const known = this.#senders.get(key);
    if (known !== undefined) return known;
    if (this.#senders.size >= capacity) this.#senders.clear();
    const made: MessageSender = { client: { ...this.#api, ...said }, authorizer: null };
    this.#senders.set(key, made);
    return made;
  }
}
