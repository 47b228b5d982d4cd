export type {
  Context,
  HttpEvent,
  HttpHandler,
  HttpResponse,
  JsonPage,
  QueueEvent,
  ScheduledEvent,
  TableStreamEvent,
  TopicEvent,
  WebSocketConnectEvent,
  WebSocketConnectHandler,
  WebSocketDisconnectEvent,
  WebSocketDisconnectHandler,
  WebSocketMessageEvent,
  WebSocketMessageHandler,
  WebSocketResponse,
} from "./handler-types.ts";
export { GatewayError, type RefusalMetadata } from "./gateway-error.ts";
export { events, type EventMessage } from "./events.ts";
export { queues, type QueueMessage } from "./queues.ts";
export {
  tables,
  type Item,
  type QueryResult,
  type TableClient,
  type TableClients,
  type Tables,
} from "./tables.ts";
export {
  createWs,
  ws,
  type WebSocketInfo,
  type WebSocketPayload,
  type Ws,
  type WsOptions,
} from "./ws.ts";
export { action, ActionError, type ActionHandler } from "./action.ts";
export type { Issue, StandardSchema } from "./standard-schema.ts";
