import type { IncomingMessage } from "node:http";
import { authorize, isOriginAllowed, readAppSecrets, readOrigins } from "@arclet/functions/gateway";
import type { WebSocketApi } from "@arclet/manifest";
import type { Realtime } from "../../connections/realtime.ts";
import type { ConnectionIdentity } from "../../connections/room-registry.ts";
import type { AuthorizerContext } from "../../message-event.ts";

/** Who opens a socket, or the HTTP status that refuses the handshake. */
export type SocketVerdict =
  | {
      readonly ok: true;
      readonly identity: ConnectionIdentity;
      /** What every event of the connection has in `requestContext.authorizer`. */
      readonly context: AuthorizerContext;
    }
  | {
      readonly ok: false;
      readonly status: 401 | 403 | 500;
      /** For the developer. */
      readonly reason: string;
    };

/** `auth` and `origins` of `@ws-settings`: what the built-in authorizer does on AWS. */
export class SocketAuth {
  readonly #realtime: Realtime;
  #methods: WebSocketApi["auth"] = [];
  #origins: readonly string[] = [];
  #env: NodeJS.ProcessEnv = {};

  constructor(realtime: Realtime) {
    this.#realtime = realtime;
  }

  setApi(api: Pick<WebSocketApi, "auth" | "origins"> | null, env: NodeJS.ProcessEnv): void {
    this.#methods = api?.auth ?? [];
    this.#origins = api?.origins ?? readOrigins(env["ALLOWED_ORIGINS"]);
    this.#env = env;
  }

  /** Whether a socket opens only with a ticket or a session. */
  get isRequired(): boolean {
    return this.#methods.length > 0;
  }

  /** Whether the app lets pages of this other site connect. */
  isListedOrigin(origin: string | undefined): boolean {
    return origin !== undefined && isOriginAllowed(origin, { own: [], allowed: this.#origins });
  }

  /** Judges a handshake whose origin has been judged already. */
  async judge(
    { headers }: Pick<IncomingMessage, "headers">,
    query: URLSearchParams,
    now: number,
  ): Promise<SocketVerdict> {
    let secrets;
    try {
      secrets = readAppSecrets(this.#env);
    } catch (error) {
      return { ok: false, status: 500, reason: (error as Error).message };
    }
    const { origin, cookie } = headers;
    const verdict = await authorize(
      { headers: { origin, cookie }, query: Object.fromEntries(query), now },
      {
        methods: this.#methods,
        origins: { own: origin === undefined ? [] : [origin], allowed: [] },
        memory: this.#realtime.memory,
        secrets,
      },
    );
    if (!verdict.ok) {
      const ways = this.#methods.join(" or ");
      return { ...verdict, reason: `no valid ${ways} came with it (auth below @ws-settings)` };
    }
    const { identity, issuedAt } = verdict;
    // API Gateway hands every value on as text.
    const values = Object.entries({ ...identity, issuedAt, principalId: identity.id });
    const context = Object.fromEntries(values.map(([name, value]) => [name, String(value)]));
    const texts = Object.entries(identity).map(([name, value]) => [name, String(value)]);
    const json = JSON.stringify(Object.fromEntries(texts));
    return { ok: true, identity: { id: identity.id, json, issuedAt }, context };
  }
}
