import type { Lease } from "./leases.ts";

/** API Gateway's shape: 11 bytes as URL-safe base64, 16 characters with one trailing `=`. */
export type ConnectionId = string;

export type ConnectionCommand =
  | {
      readonly type: "send";
      /** Bytes make a binary frame, unless `isText` says that they are the UTF-8 of a text. */
      readonly data: string | Uint8Array;
      readonly isText?: boolean;
    }
  | { readonly type: "close" }
  | { readonly type: "info" };

export interface ConnectionInfo {
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  /** Epoch milliseconds of the last message in either direction. */
  readonly lastActiveAt: number;
  readonly identity: { readonly sourceIp: string; readonly userAgent: string | null };
}

export type ConnectionReply =
  /** `lease`: further posts need not wait for their answers; only within one process. */
  | { readonly type: "done"; readonly lease?: Lease | null }
  | { readonly type: "info"; readonly info: ConnectionInfo }
  /** The peer reads too slowly and its buffer is full. */
  | { readonly type: "limit-exceeded" }
  /** More than 128 KB. */
  | { readonly type: "too-large" };

/** The end of a connection that commands are handed to. */
export interface ConnectionTarget {
  handle(command: ConnectionCommand): ConnectionReply | "gone";
}

/**
 * Carries commands to whichever node holds a connection.
 * At most once; commands of one caller to one connection arrive in order; no order across callers.
 */
export interface ConnectionRouter {
  attach(id: ConnectionId, target: ConnectionTarget): void | Promise<void>;
  detach(id: ConnectionId): void | Promise<void>;
  /** Gives "gone" when no live node holds `id`. Rejects only when the backend itself failed. */
  request(
    id: ConnectionId,
    command: ConnectionCommand,
  ): ConnectionReply | "gone" | Promise<ConnectionReply | "gone">;
  close(): Promise<void>;
}
