import type { Item } from "./item.ts";
import type { WebSocketPayload } from "./websocket-payload.ts";

/**
 * The app's types, which `arclet types` extends: `tables` (rows by name), `events`, `queues` and `rooms` (names)
 * and `messages` (by `type`). Without an entry, every name and shape is allowed.
 */
// oxlint-disable-next-line typescript/no-empty-object-type
export interface Register {}

type Registered<Key extends string, Otherwise> = Register extends {
  readonly [Name in Key]: infer Value;
}
  ? Value
  : Otherwise;

export type EventName = Registered<"events", string>;
export type QueueName = Registered<"queues", string>;
/** A kind of `@rooms`, or `kind:rest`. */
export type RoomName =
  Registered<"rooms", string> extends infer Kind extends string
    ? Kind | `${Kind}:${string}`
    : never;

/** Rows by table name. */
export type RegisteredRows = Registered<"tables", Record<string, Item>>;

/** What the app can send: the `{ type, … }` objects of its `Messages`, text, and bytes. */
export type Outgoing = Register extends { readonly messages: infer Messages }
  ? | {
        [Type in keyof Messages & string]: { readonly type: Type } & Messages[Type];
      }[keyof Messages & string]
    | string
    | ArrayBuffer
    | ArrayBufferView
  : WebSocketPayload;
