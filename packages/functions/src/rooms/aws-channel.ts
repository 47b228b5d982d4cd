import type {
  RealtimeChannel,
  RealtimeCommand,
  RealtimeReply,
} from "../realtime/realtime-channel.ts";
import { post, refusalOf } from "../signed-fetch.ts";
import { fanOut, type Recipient } from "./fan-out.ts";
import { maySend, membersOf } from "./memberships.ts";

/** So many members get their message from the function itself, in order; more from the fan-out function. */
const membersAtOnce = 500;

/**
 * Rooms in the app's realtime table, over API Gateway's management API. Messages are sent from here; what
 * changes who is where is carried out by the built-in function, which every function would carry otherwise.
 */
export const awsChannel: RealtimeChannel = async (command, given) => {
  if (command.type !== "send") return invokeBuiltIn<RealtimeReply>(command, "RequestResponse");
  const { room, except, from } = command;
  if (from !== null && !(await maySend(room, from))) return { type: "too-fast" };
  // Every `send` has one.
  const data = given as string | Uint8Array;
  const all: Recipient[] = [];
  for await (const page of membersOf(room)) {
    for (const { id, joinedAt } of page) if (!except.includes(id)) all.push({ id, joinedAt });
  }
  const content =
    typeof data === "string" ? { text: data } : { base64: Buffer.from(data).toString("base64") };
  for (let first = membersAtOnce; first < all.length; first += membersAtOnce) {
    const recipients = all.slice(first, first + membersAtOnce);
    await invokeBuiltIn({ type: "fan-out", recipients, ...content }, "Event");
  }
  const ids = await fanOut(all.slice(0, membersAtOnce), data);
  if (ids.length > 0) await invokeBuiltIn({ type: "gone", ids }, "Event");
  return { type: "sent", members: all.length };
};

/** What the built-in function gets. */
export type BuiltInRequest =
  | Exclude<RealtimeCommand, { readonly type: "send" | "members" | "revoked-at" }>
  /** Connections that have closed. */
  | { readonly type: "gone"; readonly ids: readonly string[] }
  | {
      readonly type: "fan-out";
      readonly recipients: readonly Recipient[];
      readonly text?: string | undefined;
      readonly base64?: string | undefined;
    };

/** Resolves what the function returns; `Event` does not wait for it. */
export async function invokeBuiltIn<Answer>(
  request: object,
  type: "Event" | "RequestResponse",
): Promise<Answer> {
  const response = await post(
    "lambda",
    { "x-amz-invocation-type": type },
    request,
    `/2015-03-31/functions/${process.env["ARC_REALTIME_FUNCTION"]}/invocations`,
  );
  if (!response.ok || response.headers.has("x-amz-function-error")) throw await refusalOf(response);
  return JSON.parse((await response.text()) || "null") as Answer;
}
