import type { RealtimeChannel } from "../realtime/realtime-channel.ts";
import { refusalOf, signedFetch } from "../signed-fetch.ts";
import { manageConnection } from "../ws.ts";
import { fanOut, type Recipient } from "./fan-out.ts";
import { empty, identityOf, join, leave, membersOf, roomsOf } from "./memberships.ts";
import { identityKind } from "./room-name.ts";

/** So many members get their message from the function itself, in order; more from the fan-out function. */
const membersAtOnce = 500;

/** Rooms in the app's realtime table, over API Gateway's management API. */
export const awsChannel: RealtimeChannel = async (command, data) => {
  switch (command.type) {
    case "join": {
      const { room, id, member } = command;
      const isLoggedIn = process.env["ARC_WS_AUTH"] !== undefined;
      return {
        type: await join(room, id, member ?? (isLoggedIn ? await identityOf(id) : null)),
      };
    }
    case "leave":
      await leave(command.room, command.id);
      break;
    case "send":
      return {
        type: "sent",
        members: await send(command.room, command.except, data ?? ""),
      };
    case "of":
      return { type: "rooms", rooms: await roomsOf(command.id) };
    case "close":
      await empty(command.room);
      break;
    case "kick":
      for await (const page of membersOf(`${identityKind}:${command.id}`)) {
        for (const { id } of page) {
          const response = await manageConnection(id, "DELETE");
          if (!response.ok && response.status !== 410) throw await refusalOf(response);
        }
      }
      break;
    default:
  }
  return { type: "done" };
};

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
    await (isFirst ? fanOut(recipients, data) : handOver(recipients, data));
    recipients = [];
  };
  for await (const page of membersOf(room)) {
    for (const { id, joinedAt } of page) {
      if (!except.includes(id)) recipients.push({ id, joinedAt });
      if (recipients.length === membersAtOnce) await deliver();
    }
  }
  if (recipients.length > 0) await deliver();
  return count;
}

/** What the fan-out function gets. */
export interface FanOutRequest {
  /** Base64. */
  readonly data: string;
  readonly isText: boolean;
  readonly recipients: readonly Recipient[];
}

/** Invokes the built-in function without waiting for it. */
async function handOver(
  recipients: readonly Recipient[],
  data: string | Uint8Array,
): Promise<void> {
  const { ARC_FAN_OUT_FUNCTION, AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL, AWS_REGION } =
    process.env;
  const endpoint =
    AWS_ENDPOINT_URL_LAMBDA ?? AWS_ENDPOINT_URL ?? `https://lambda.${AWS_REGION}.amazonaws.com`;
  const isText = typeof data === "string";
  const request: FanOutRequest = {
    data: Buffer.from(data as string).toString("base64"),
    isText,
    recipients,
  };
  const response = await signedFetch({
    url: `${endpoint}/2015-03-31/functions/${ARC_FAN_OUT_FUNCTION}/invocations`,
    method: "POST",
    headers: { "x-amz-invocation-type": "Event" },
    body: JSON.stringify(request),
    service: "lambda",
  });
  if (!response.ok) throw await refusalOf(response);
}
