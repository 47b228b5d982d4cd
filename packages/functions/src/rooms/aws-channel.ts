import type {
  RealtimeChannel,
  RealtimeCommand,
  RealtimeReply,
} from "../realtime/realtime-channel.ts";
import { endpointOf, refusalOf, signedFetch } from "../signed-fetch.ts";
import { fanOut, type Recipient } from "./fan-out.ts";
import {
  identityOf,
  join,
  leave,
  maySend,
  membersOf,
  roomsOf,
  successorOf,
} from "./memberships.ts";

/** So many members get their message from the function itself, in order; more from the fan-out function. */
const membersAtOnce = 500;

/** Rooms in the app's realtime table, over API Gateway's management API. */
export const awsChannel: RealtimeChannel = async (command, data) => {
  switch (command.type) {
    case "join": {
      const { room, id, member } = command;
      const isLoggedIn = process.env["ARC_WS_AUTH"] !== undefined;
      const type = await join(room, id, member ?? (isLoggedIn ? await identityOf(id) : null));
      return (type === "gone" ? await askSuccessor(command) : null) ?? { type };
    }
    case "leave":
      if (await leave(command.room, command.id)) break;
      return (await askSuccessor(command)) ?? { type: "done" };
    case "send":
      if (command.from !== null && !(await maySend(command.room, command.from))) {
        return { type: "too-fast" };
      }
      return { type: "sent", members: await send(command.room, command.except, data ?? "") };
    case "of":
      return (await askSuccessor(command)) ?? { type: "rooms", rooms: await roomsOf(command.id) };
    default:
      // Of all members: at the built-in function, which every function would have to carry otherwise.
      await invokeBuiltIn(command, "RequestResponse");
  }
  return { type: "done" };
};

/** A function that began before a roll-over knows the connection by its former id. Null: there is no other. */
async function askSuccessor(
  command: Extract<RealtimeCommand, { readonly type: "join" | "leave" | "of" }>,
): Promise<RealtimeReply | null> {
  const id = await successorOf(command.id);
  return id === null ? null : awsChannel({ ...command, id }, null);
}

/** Resolves to how many it goes; what becomes of it is not waited for beyond the first few hundred. */
async function send(
  room: string,
  except: readonly string[],
  data: string | Uint8Array,
): Promise<number> {
  let count = 0;
  let recipients: Recipient[] = [];
  const deliver = async (): Promise<void> => {
    const isFirst = count === 0;
    count += recipients.length;
    if (isFirst) {
      const ids = await fanOut(recipients, data);
      if (ids.length > 0) await invokeBuiltIn({ type: "gone", ids }, "Event");
    } else {
      const text = typeof data === "string" ? data : undefined;
      const base64 = text === undefined ? Buffer.from(data).toString("base64") : undefined;
      await invokeBuiltIn({ type: "fan-out", recipients, text, base64 }, "Event");
    }
    recipients = [];
  };
  for await (const page of membersOf(room)) {
    for (const { id, formerId, openedAt } of page) {
      const isExcepted = except.includes(id) || (formerId !== null && except.includes(formerId));
      if (!isExcepted) recipients.push({ id, openedAt });
      if (recipients.length === membersAtOnce) await deliver();
    }
  }
  if (recipients.length > 0) await deliver();
  return count;
}

/** What the built-in function gets. */
export type BuiltInRequest =
  | Extract<RealtimeCommand, { readonly type: "close" | "kick" | "revoke" }>
  /** Connections that have closed. */
  | { readonly type: "gone"; readonly ids: readonly string[] }
  | {
      readonly type: "fan-out";
      readonly recipients: readonly Recipient[];
      readonly text?: string | undefined;
      readonly base64?: string | undefined;
    };

/** `Event` does not wait for what becomes of it. */
export async function invokeBuiltIn(
  request: object,
  type: "Event" | "RequestResponse",
): Promise<void> {
  const response = await signedFetch({
    url: `${endpointOf("lambda")}/2015-03-31/functions/${process.env["ARC_REALTIME_FUNCTION"]}/invocations`,
    method: "POST",
    headers: { "x-amz-invocation-type": type },
    body: JSON.stringify(request),
    service: "lambda",
  });
  if (!response.ok || response.headers.has("x-amz-function-error")) throw await refusalOf(response);
}
