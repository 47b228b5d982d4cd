import type { ConnectionRouter } from "../../connections/connection-router.ts";
import type { Events } from "../events/events.ts";
import { textAnswer, type HttpAnswer } from "../../http/http-answer.ts";
import type { Queues } from "../queues/queues.ts";

type Input = Readonly<Record<string, unknown>>;

/** What Architect's helpers speak with; null: the manifest has none. */
export interface ArchitectTargets {
  readonly events: Events | null;
  readonly queues: Queues | null;
  readonly connections: ConnectionRouter;
}

/** The requests of `@architect/functions` that are no protocol of AWS's. */
export async function answerArchitect(
  path: string,
  input: Input,
  { events, queues, connections }: ArchitectTargets,
): Promise<HttpAnswer> {
  switch (path) {
    case "/__arc":
      return sendToSocket(connections, input);
    case "/events":
      return publishEvent(events, input);
    case "/queues":
      return publishMessage(queues, input);
    default:
      return textAnswer(404, `No local service at ${path}`);
  }
}

/** Architect of 2019: always 200, whatever became of the message. */
async function sendToSocket(
  connections: ConnectionRouter,
  { id, payload }: Input,
): Promise<HttpAnswer> {
  if (typeof id !== "string") return textAnswer(400, "id is missing");
  const data = typeof payload === "string" ? payload : JSON.stringify(payload ?? null);
  await connections.request(id, { type: "send", data });
  return textAnswer(200, "");
}

async function publishEvent(events: Events | null, input: Input): Promise<HttpAnswer> {
  const name = String(input["name"]);
  const message = JSON.stringify(input["payload"] ?? null);
  const id = (await events?.publish(name, { message, subject: null, attributes: {} })) ?? null;
  return id === null ? textAnswer(404, `event ${name} not found`) : textAnswer(200, id);
}

async function publishMessage(queues: Queues | null, input: Input): Promise<HttpAnswer> {
  const name = String(input["name"]);
  const queue = queues?.find(name) ?? null;
  if (queue === null) return textAnswer(404, `queue ${name} not found`);
  const { delaySeconds, groupID } = input;
  const message = await queue.send({
    body: JSON.stringify(input["payload"] ?? null),
    attributes: {},
    delaySeconds: typeof delaySeconds === "number" ? delaySeconds : 0,
    groupId: typeof groupID === "string" ? groupID : name,
    deduplicationId: null,
  });
  return textAnswer(200, message.id);
}
