import type {
  RealtimeChannel,
  RealtimeCommand,
  RealtimeReply,
} from "../realtime/realtime-channel.ts";
import { refusalOf, requestTo, signedFetch } from "../signed-fetch.ts";
import { fanOut, type Recipient } from "./fan-out.ts";
import { maySend, membersOf } from "./memberships.ts";

/** Most members to whom the calling function posts itself, in order. For more, it invokes the fan-out function. */
const membersAtOnce = 500;

/**
 * Rooms on AWS, in the app's realtime table. Messages are posted from here. Joins and leaves run in the built-in
 * function, so that other functions do not need its permissions and code.
 */
export const awsChannel: RealtimeChannel = async (command, data) => {
  if (command.type !== "send") return invokeBuiltIn<RealtimeReply>(command, "RequestResponse");
  const { room, except, from } = command;
  if (from !== null && !(await maySend(room, from))) return { type: "too-fast" };
  const all: Recipient[] = [];
  for await (const page of membersOf(room)) {
    for (const { id, formerId, openedAt } of page) {
      if (!except.includes(id) && !except.includes(formerId)) all.push({ id, openedAt });
    }
  }
  // A `send` always has data.
  const base64 = Buffer.from(data as string).toString("base64");
  for (let first = membersAtOnce; first < all.length; first += membersAtOnce) {
    await invokeBuiltIn({
      type: "fan-out",
      recipients: all.slice(first, first + membersAtOnce),
      base64,
    });
  }
  const ids = await fanOut(all.slice(0, membersAtOnce), data as string | Uint8Array);
  if (ids.length > 0) await invokeBuiltIn({ type: "gone", ids });
  return { type: "sent", members: all.length };
};

/** Event of the built-in function. */
export type BuiltInRequest =
  | Exclude<RealtimeCommand, { readonly type: "send" | "members" | "revoked-at" }>
  /** Connections that have closed. */
  | { readonly type: "gone"; readonly ids: readonly string[] }
  | {
      readonly type: "fan-out";
      readonly recipients: readonly Recipient[];
      /** The message. */
      readonly base64: string;
    };

/** Resolves with the function's result; with `Event` it does not wait. */
export async function invokeBuiltIn<Answer>(
  request: object,
  type: "Event" | "RequestResponse" = "Event",
): Promise<Answer> {
  const response = await signedFetch(
    requestTo(
      "lambda",
      { "x-amz-invocation-type": type },
      request,
      `/2015-03-31/functions/${process.env["ARC_REALTIME_FUNCTION"]}/invocations`,
    ),
  );
  if (!response.ok || response.headers.has("x-amz-function-error")) throw await refusalOf(response);
  return JSON.parse((await response.text()) || "null") as Answer;
}
