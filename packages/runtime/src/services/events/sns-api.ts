import { randomUUID } from "node:crypto";
import type { Events } from "./events.ts";
import type { EventAttribute, EventMessage } from "../../lambda-events/events.ts";
import { parseObject, type HttpAnswer } from "../../http/http-answer.ts";

const namespace = "http://sns.amazonaws.com/doc/2010-03-31/";

/** SNS's Query protocol: `Publish`, `PublishBatch`, `ListTopics`. */
export async function answerSns(events: Events, body: string): Promise<HttpAnswer> {
  const form = new URLSearchParams(body);
  const action = form.get("Action");
  switch (action) {
    case "Publish": {
      const topic = events.find(form.get("TopicArn") ?? form.get("TargetArn") ?? "");
      if (topic === null) return snsFailure(404, notFound);
      const message = readMessage(form, "");
      if ("code" in message) return snsFailure(400, message);
      const id = await events.publish(topic, message);
      return success(action, `<MessageId>${id ?? ""}</MessageId>`);
    }
    case "PublishBatch": {
      const topic = events.find(form.get("TopicArn") ?? "");
      return topic === null ? snsFailure(404, notFound) : publishBatch(events, topic, form);
    }
    case "ListTopics": {
      const members = Object.values(events.arns()).map(
        (arn) => `<member><TopicArn>${escapeXml(arn)}</TopicArn></member>`,
      );
      return success(action, `<Topics>${members.join("")}</Topics>`);
    }
    default:
      return snsFailure(400, {
        code: "InvalidAction",
        message: `The local SNS does not know the action ${action ?? "(none)"}`,
      });
  }
}

interface Refusal {
  /** As SNS spells it. */
  readonly code: string;
  readonly message: string;
}

const notFound: Refusal = { code: "NotFound", message: "Topic does not exist" };
/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const maxMessageBytes = 262_144;
const maxEntries = 10;

/** Each entry is published or refused alone; a malformed batch is refused as a whole. */
async function publishBatch(
  events: Events,
  topic: string,
  form: URLSearchParams,
): Promise<HttpAnswer> {
  const prefixes = entryPrefixes(form);
  const ids = prefixes.map((prefix) => form.get(`${prefix}Id`) ?? "");
  const refusal = refusalOf(ids);
  if (refusal !== null) return snsFailure(400, refusal);
  const successful: string[] = [];
  const failed: string[] = [];
  for (const [index, prefix] of prefixes.entries()) {
    const id = `<Id>${escapeXml(ids[index] ?? "")}</Id>`;
    const message = readMessage(form, prefix);
    if ("code" in message)
      failed.push(
        `<member>${id}<Code>${message.code}</Code><Message>${escapeXml(message.message)}</Message><SenderFault>true</SenderFault></member>`,
      );
    else {
      const messageId = await events.publish(topic, message);
      successful.push(`<member>${id}<MessageId>${messageId ?? ""}</MessageId></member>`);
    }
  }
  return success(
    "PublishBatch",
    `<Successful>${successful.join("")}</Successful><Failed>${failed.join("")}</Failed>`,
  );
}

function entryPrefixes(form: URLSearchParams): string[] {
  const prefixes: string[] = [];
  for (let index = 1; ; index += 1) {
    const prefix = `PublishBatchRequestEntries.member.${index}.`;
    if (!form.has(`${prefix}Id`)) return prefixes;
    prefixes.push(prefix);
  }
}

function refusalOf(ids: readonly string[]): Refusal | null {
  if (ids.length === 0)
    return { code: "EmptyBatchRequest", message: "The batch request doesn't contain any entries." };
  if (ids.length > maxEntries)
    return {
      code: "TooManyEntriesInBatchRequest",
      message: "The batch request contains more entries than permissible.",
    };
  return new Set(ids).size === ids.length
    ? null
    : {
        code: "BatchEntryIdsNotDistinct",
        message: "Two or more batch entries in the request have the same Id.",
      };
}

function readMessage(form: URLSearchParams, prefix: string): EventMessage | Refusal {
  const sent = form.get(`${prefix}Message`) ?? "";
  if (sent === "") return { code: "InvalidParameter", message: "Invalid parameter: Empty message" };
  if (Buffer.byteLength(sent) > maxMessageBytes)
    return { code: "InvalidParameter", message: "Invalid parameter: Message too long" };
  const message = form.get(`${prefix}MessageStructure`) === "json" ? textForLambda(sent) : sent;
  if (message === null)
    return {
      code: "InvalidParameter",
      message: "Invalid parameter: Message Structure - No default entry in JSON message body",
    };
  return {
    message,
    subject: form.get(`${prefix}Subject`),
    attributes: readAttributes(form, prefix),
  };
}

/** A text for each protocol, of which `default` must be there. */
function textForLambda(sent: string): string | null {
  const texts = parseObject(sent);
  if (typeof texts?.["default"] !== "string") return null;
  const { lambda } = texts;
  return typeof lambda === "string" ? lambda : texts["default"];
}

function readAttributes(form: URLSearchParams, prefix: string): Record<string, EventAttribute> {
  const attributes: Record<string, EventAttribute> = {};
  for (let index = 1; ; index += 1) {
    const entry = `${prefix}MessageAttributes.entry.${index}.`;
    const name = form.get(`${entry}Name`);
    if (name === null) return attributes;
    const value =
      form.get(`${entry}Value.StringValue`) ?? form.get(`${entry}Value.BinaryValue`) ?? "";
    attributes[name] = { Type: form.get(`${entry}Value.DataType`) ?? "String", Value: value };
  }
}

function success(action: string, result: string): HttpAnswer {
  const body = `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>`;
  return { status: 200, contentType: "text/xml", body };
}

export function snsFailure(status: number, { code, message }: Refusal): HttpAnswer {
  const body = `<ErrorResponse xmlns="${namespace}"><Error><Type>${status < 500 ? "Sender" : "Receiver"}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
  return { status, contentType: "text/xml", body };
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
