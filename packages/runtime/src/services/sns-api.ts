import { randomUUID } from "node:crypto";
import type { EventAttribute, Events } from "./events.ts";
import type { HttpAnswer } from "./http-answer.ts";

const namespace = "http://sns.amazonaws.com/doc/2010-03-31/";

/** SNS's Query protocol: `Publish`, `PublishBatch`, `ListTopics`. */
export async function answerSns(events: Events, body: string): Promise<HttpAnswer> {
  const form = new URLSearchParams(body);
  const action = form.get("Action");
  switch (action) {
    case "Publish": {
      const topic = events.find(form.get("TopicArn") ?? form.get("TargetArn") ?? "");
      if (topic === null) return failure(404, "NotFound", "Topic does not exist");
      const message = form.get("Message");
      if (message === null || message === "")
        return failure(400, "InvalidParameter", "Invalid parameter: Empty message");
      const id = await events.publish(topic, {
        message,
        subject: form.get("Subject"),
        attributes: readAttributes(form, ""),
      });
      return success(action, `<MessageId>${id ?? ""}</MessageId>`);
    }
    case "PublishBatch": {
      const topic = events.find(form.get("TopicArn") ?? "");
      if (topic === null) return failure(404, "NotFound", "Topic does not exist");
      const entries: string[] = [];
      for (let index = 1; ; index += 1) {
        const prefix = `PublishBatchRequestEntries.member.${index}.`;
        const entryId = form.get(`${prefix}Id`);
        const message = form.get(`${prefix}Message`);
        if (entryId === null || message === null) break;
        const id = await events.publish(topic, {
          message,
          subject: form.get(`${prefix}Subject`),
          attributes: readAttributes(form, prefix),
        });
        entries.push(
          `<member><Id>${escapeXml(entryId)}</Id><MessageId>${id ?? ""}</MessageId></member>`,
        );
      }
      return success(action, `<Successful>${entries.join("")}</Successful><Failed/>`);
    }
    case "ListTopics": {
      const members = Object.values(events.arns()).map(
        (arn) => `<member><TopicArn>${escapeXml(arn)}</TopicArn></member>`,
      );
      return success(action, `<Topics>${members.join("")}</Topics>`);
    }
    default:
      return failure(
        400,
        "InvalidAction",
        `The local SNS does not know the action ${action ?? "(none)"}`,
      );
  }
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

function failure(status: number, code: string, message: string): HttpAnswer {
  const body = `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
  return { status, contentType: "text/xml", body };
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
