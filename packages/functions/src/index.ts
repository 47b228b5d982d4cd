export type {
  BatchResponse,
  Context,
  HttpEvent,
  HttpHandler,
  HttpResponse,
  JsonPage,
  NoMisspeltKeys,
  QueueEvent,
  QueueHandler,
  ScheduledEvent,
  ScheduledHandler,
  TableStreamEvent,
  TableStreamHandler,
  TopicEvent,
  TopicHandler,
  WebSocketConnectEvent,
  WebSocketConnectHandler,
  WebSocketDisconnectEvent,
  WebSocketDisconnectHandler,
  WebSocketMessageEvent,
  WebSocketMessageHandler,
  WebSocketResponse,
} from "./handler-types.ts";
export {
  BodyError,
  cookie,
  html,
  json,
  readBody,
  readCookies,
  redirect,
  type BodyKinds,
  type CookieOptions,
  type ReadBodyOptions,
  type ResponseOptions,
} from "./http.ts";
export type { Item } from "./item.ts";
export { GatewayError, type RefusalMetadata } from "./gateway-error.ts";
export { events, type EventMessage } from "./events.ts";
export { queues, type QueueMessage } from "./queues.ts";
export { tables, type TableClients, type Tables } from "./tables.ts";
export type { QueryResult, TableClient } from "./tables/table-client.ts";
export { createWs, ws, type WebSocketInfo, type Ws, type WsOptions } from "./ws.ts";
export type { WebSocketPayload } from "./websocket-payload.ts";
export type { Identity } from "./auth/identity.ts";
export { session, type Session, type SessionData } from "./auth/session.ts";
export { ticket, type Tickets } from "./auth/ticket.ts";
export type { Json } from "./rooms/member.ts";
export type { PresenceEvent, PresenceRecord } from "./rooms/presence-event.ts";
export { rooms, type RoomMember, type Rooms } from "./rooms/rooms.ts";
export type { EventName, Outgoing, QueueName, Register, RoomName } from "./register.ts";
export { action, ActionError, type ActionHandler } from "./action.ts";
export type { Issue, StandardSchema } from "./standard-schema.ts";
