import { parseObject, textAnswer, type HttpAnswer } from "../../http/http-answer.ts";
import type { RuntimeApp } from "../../runtime-app.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Service } from "../service.ts";
import { JournalError } from "../journal.ts";
import { Queues } from "./queues.ts";

const sqsTarget = "AmazonSQS.";

/** SQS queues: SQS's own protocol, by its header, and the one of Architect's helpers at `/queues`. */
export async function open(context: ServiceContext, { manifest }: RuntimeApp): Promise<Service> {
  const queues = await Queues.open(context, manifest);
  const urls = (): Record<string, string> =>
    Object.fromEntries(
      Object.entries(queues.paths()).map(([name, path]) => [name, `${context.origin()}${path}`]),
    );
  return {
    update: (next) => queues.update(next),
    start: () => queues.start(),
    environment() {
      const known = urls();
      return Object.keys(known).length === 0
        ? {}
        : { AWS_ENDPOINT_URL_SQS: `${context.origin()}/sqs`, ARC_QUEUES: JSON.stringify(known) };
    },
    discovered: urls,
    async answer({ path, target, body }) {
      if (target?.startsWith(sqsTarget) === true) {
        const { answerSqs } = await import("./sqs-api.ts");
        const { sqsFailure } = await import("./sqs-input.ts");
        const input = parseObject(body);
        if (input === null) return textAnswer(400, "The body is not JSON");
        return answerSqs(queues, target.slice(sqsTarget.length), input, context.origin()).catch(
          (error: unknown) => {
            if (!(error instanceof JournalError)) throw error;
            return sqsFailure("InternalError", error.message, 500);
          },
        );
      }
      return path === "/queues" ? publish(queues, body) : null;
    },
    deadLetters: () => queues.deadLetters(),
    close: () => queues.close(),
  };
}

async function publish(queues: Queues, body: string): Promise<HttpAnswer> {
  const input = parseObject(body);
  if (input === null) return textAnswer(400, "The body is not a JSON object");
  const name = String(input["name"]);
  const queue = queues.find(name);
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
