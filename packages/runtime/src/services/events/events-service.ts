import { parseObject, textAnswer, type HttpAnswer } from "../../http/http-answer.ts";
import type { RuntimeApp } from "../../runtime-app.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Service } from "../service.ts";
import { JournalError } from "../journal.ts";
import { Events } from "./events.ts";

/** SNS topics: SNS's own protocol below `/sns`, and the one of Architect's helpers at `/events`. */
export async function open(context: ServiceContext, { manifest }: RuntimeApp): Promise<Service> {
  const events = await Events.open(context, manifest);
  return {
    update: async (next) => events.update(next),
    start: () => events.start(),
    environment() {
      const arns = events.arns();
      return Object.keys(arns).length === 0
        ? {}
        : { AWS_ENDPOINT_URL_SNS: `${context.origin()}/sns`, ARC_EVENTS: JSON.stringify(arns) };
    },
    discovered: () => events.arns(),
    async answer({ path, body }) {
      if (path === "/events") return publish(events, body);
      if (!path.startsWith("/sns")) return null;
      const { answerSns, snsFailure } = await import("./sns-api.ts");
      return answerSns(events, body).catch((error: unknown) => {
        if (!(error instanceof JournalError)) throw error;
        return snsFailure(500, { code: "InternalError", message: error.message });
      });
    },
    deadLetters: () => events.deadLetters(),
    close: () => events.close(),
  };
}

async function publish(events: Events, body: string): Promise<HttpAnswer> {
  const input = parseObject(body);
  if (input === null) return textAnswer(400, "The body is not a JSON object");
  const name = String(input["name"]);
  const message = JSON.stringify(input["payload"] ?? null);
  const id = await events.publish(name, { message, subject: null, attributes: {} });
  return id === null ? textAnswer(404, `event ${name} not found`) : textAnswer(200, id);
}
