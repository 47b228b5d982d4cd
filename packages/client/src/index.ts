export type {
  ActionArguments,
  AnyApp,
  AppShape,
  Client,
  ClientEvents,
  Dropped,
  GatewayFrame,
  Status,
} from "./app-shape.ts";
export { ClientError, type Issue } from "./client-error.ts";
export { connect, type ConnectOptions, type Target } from "./connect.ts";
