import type { Lease } from "./leases.ts";

/** API Gateway's shape: 11 bytes as URL-safe base64, 16 characters with one trailing `=`. */
export type ConnectionId = string;

export type ConnectionCommand =
  | {
      readonly type: "send";
      /** Bytes are sent as a binary frame, or as a text frame if `isText`: then they are UTF-8 text. */
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
  /** `lease`: further posts need not wait for answers; only within one process. */
  | { readonly type: "done"; readonly lease?: Lease | null }
  | { readonly type: "info"; readonly info: ConnectionInfo }
  /** The client reads too slowly, and its buffer is full. */
  | { readonly type: "limit-exceeded" }
  /** More than 128 KB. */
  | { readonly type: "too-large" };

/** A local connection, to which commands are delivered. */
export interface ConnectionTarget {
  handle(command: ConnectionCommand): ConnectionReply | "gone";
}

/**
 * Delivers commands to the node that holds a connection, at most once. Commands of one caller to one
 * connection arrive in order; commands of different callers may not.
 */
export interface ConnectionRouter {
  attach(id: ConnectionId, target: ConnectionTarget): void | Promise<void>;
  detach(id: ConnectionId): void | Promise<void>;
  /** Resolves with "gone" if no live node holds `id`. Rejects only if the backend fails. */
  request(
    id: ConnectionId,
    command: ConnectionCommand,
  ): ConnectionReply | "gone" | Promise<ConnectionReply | "gone">;
  close(): Promise<void>;
}
