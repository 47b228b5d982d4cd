/** Operations on rooms and revocations. */
export type RealtimeCommand =
  | {
      readonly type: "join";
      readonly room: string;
      readonly id: string;
      /** JSON; null means the identity of the logged-in person, if any. */
      readonly member: string | null;
    }
  | { readonly type: "leave"; readonly room: string; readonly id: string }
  | {
      readonly type: "send";
      readonly room: string;
      readonly except: readonly string[];
      /** The sending connection, whose rate is limited; null for none. */
      readonly from: string | null;
    }
  /** A page of members that joined after the member with number `after`; 0 for the first page. */
  | { readonly type: "members"; readonly room: string; readonly after: number }
  | { readonly type: "of"; readonly id: string }
  | { readonly type: "close"; readonly room: string }
  /** In the next three operations, `id` is an identity's. */
  | { readonly type: "kick"; readonly id: string }
  | { readonly type: "revoke"; readonly id: string }
  | { readonly type: "revoked-at"; readonly id: string };

export type RealtimeReply =
  | { readonly type: "done" }
  | { readonly type: "gone" }
  | { readonly type: "full" }
  | { readonly type: "too-fast" }
  | { readonly type: "sent"; readonly members: number }
  | {
      readonly type: "members";
      readonly members: readonly {
        readonly id: string;
        readonly member: string | null;
        /** Epoch milliseconds. */
        readonly joinedAt: number;
      }[];
      /** Null at the end. */
      readonly next: number | null;
    }
  | { readonly type: "rooms"; readonly rooms: readonly string[] }
  /** Epoch milliseconds; 0 for never. */
  | { readonly type: "revoked-at"; readonly at: number };

/** A direct channel to the gateway, which the local environment provides. `data` belongs to `send`. */
export type RealtimeChannel = (
  command: RealtimeCommand,
  data: string | Uint8Array | null,
) => Promise<RealtimeReply>;
