import { keepAlive, rollOver } from "@arclet/manifest";
import type { InvocationResult } from "../../invocation.ts";
import type { GatewayContext } from "../gateway-context.ts";
import { MessageInWork, MessagesInWork, type MessageOwner } from "./messages-in-work.ts";
import { describeMalformed, readProxyResult } from "./websocket-result.ts";
import type { SocketAuth } from "./socket-auth.ts";
import type { WebSocketRoutes } from "./websocket-routes.ts";

/** The connection a message came over. */
export interface MessageSource extends MessageOwner {
  /** The answer of a route with `response true`. False: it could not be sent. */
  reply(body: string, requestId: string): boolean;
  sendError(message: string, requestId: string): void;
}

/** Makes messages of all connections invocations: finds the route, writes the event, answers for the function. */
export class MessageDispatcher {
  readonly #context: GatewayContext;
  readonly #routes: () => WebSocketRoutes;
  readonly #auth: SocketAuth;
  readonly #inWork: MessagesInWork;

  constructor(context: GatewayContext, routes: () => WebSocketRoutes, auth: SocketAuth) {
    this.#context = context;
    this.#routes = routes;
    this.#auth = auth;
    const { clock, limits, work } = context;
    this.#inWork = new MessagesInWork(clock, limits.webSocketIntegrationMs, work, (message) =>
      this.#reportNeverBegun(message),
    );
  }

  /** `now` in epoch milliseconds. */
  dispatch(source: MessageSource, data: Buffer, now: number): void {
    const { ids, invoker } = this.#context;
    const body = data.toString("utf8");
    const number = ids.nextNumber();
    const route = this.#routes().select(body);
    if (route === null) {
      source.sendError("Forbidden", ids.numbered.requestId(number));
      this.#report(source, null, data.length, now, noRoute);
      return;
    }
    if (route === "keep-alive") {
      const isSent = source.reply(keepAlive.answer, ids.numbered.requestId(number));
      this.#report(source, keepAlive.routeKey, data.length, now, isSent ? succeeded : unsent);
      return;
    }
    if (route === "roll-over") {
      const requestId = ids.numbered.requestId(number);
      const answered = this.#answerRollOver(source, data.length, requestId, now);
      this.#context.traffic.report(answered, rollOver.routeKey);
      return;
    }
    const { routeKey, functionId, hasRouteResponse } = route;
    const bytes = data.length;
    const message = new MessageInWork(source, ids.numbered, number, routeKey, body, bytes, now);
    if (!this.#inWork.add(message)) {
      source.sendError("Too Many Requests", message.requestId);
      this.#report(source, routeKey, bytes, now, tooMany);
      return;
    }
    message.invocation = invoker.submit(functionId, message, source, (result) => {
      this.#inWork.answered(message);
      // A client that has left meanwhile hears nothing, and changes nothing of how its function ended.
      const outcome = message.isLate ? late : answer(source, message, result, hasRouteResponse);
      this.#report(source, routeKey, bytes, now, outcome);
    });
  }

  /** What a built-in function answers on AWS. */
  async #answerRollOver(
    source: MessageSource,
    bytes: number,
    requestId: string,
    now: number,
  ): Promise<void> {
    const { sender, identity } = source;
    const person = sender.authorizer?.["principalId"];
    // It connected before the app had logins.
    if (person === undefined) source.sendError("Forbidden", requestId);
    else {
      const text = await this.#auth.writePrevious(identity.connectionId, String(person), now);
      source.reply(text, requestId);
    }
    this.#report(source, rollOver.routeKey, bytes, now, succeeded);
  }

  /** The client of these messages is gone: what has not begun never does. */
  abandon(messages: readonly MessageInWork[]): void {
    for (const message of messages) this.#inWork.abandon(message);
  }

  #reportNeverBegun(message: MessageInWork): void {
    if (!this.#context.traffic.isObserved) return;
    const { owner, routeKey, bodyBytes, receivedAt, isLate } = message;
    const outcome = isLate ? neverBegun : clientLeft;
    this.#report(owner, routeKey, bodyBytes, receivedAt, outcome);
  }

  #report(
    source: MessageOwner,
    routeKey: string | null,
    bytes: number,
    startedAt: number,
    { ok, status, reason }: Outcome,
  ): void {
    const { traffic, clock } = this.#context;
    if (!traffic.isObserved) return;
    const { connectionId } = source.identity;
    const durationMs = clock.now() - startedAt;
    traffic.emit({
      type: "message-in",
      connectionId,
      routeKey,
      bytes,
      durationMs,
      ok,
      status,
      reason: typeof reason === "function" ? reason() : reason,
    });
  }

  close(): void {
    this.#inWork.close();
  }
}

/** What became of a message. */
interface Outcome {
  readonly ok: boolean;
  readonly status: number | null;
  /** Found out only for somebody who reads it. */
  readonly reason: string | null | (() => string);
}

const noRoute: Outcome = { ok: false, status: null, reason: "no route takes it" };
const tooMany: Outcome = {
  ok: false,
  status: null,
  reason: "more messages at a time than the gateway takes",
};
const neverBegun: Outcome = {
  ok: false,
  status: null,
  reason: "the function did not begin it in time",
};
const clientLeft: Outcome = {
  ok: false,
  status: null,
  reason: "the connection ended before the function began it",
};
const late: Outcome = { ok: false, status: null, reason: "the function took too long" };
const failed: Outcome = { ok: false, status: null, reason: "the function failed" };
const unsent: Outcome = { ok: false, status: null, reason: "the answer could not be sent" };
const succeeded: Outcome = { ok: true, status: 200, reason: null };

function answer(
  source: MessageSource,
  message: MessageInWork,
  result: InvocationResult,
  isTwoWay: boolean,
): Outcome {
  const proxyResult = result.ok ? readProxyResult(result.payload) : null;
  if (proxyResult === null) {
    source.sendError("Internal server error", message.requestId);
    if (!result.ok) return failed;
    return { ok: false, status: null, reason: () => describeMalformed(result.payload) };
  }
  const { body, statusCode } = proxyResult;
  if (isTwoWay && body !== null && body !== "" && !source.reply(body, message.requestId))
    return unsent;
  // API Gateway takes any status, and sends the client nothing; to whoever develops it is a failure.
  return statusCode === 200
    ? succeeded
    : { ok: statusCode < 400, status: statusCode, reason: null };
}
