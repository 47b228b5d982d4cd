import { expect, test } from "vitest";
import { BatchReader, MalformedBatchError } from "../../../src/execution/process/batch-reader.ts";
import { BatchWriter } from "../../../src/execution/process/batch-writer.ts";
import { eventOf, InvocationReader } from "../../../src/execution/process/invocation-reader.ts";
import { InvocationWriter } from "../../../src/execution/process/invocation-writer.ts";
import { idsOf, toChild } from "../../../src/execution/process/records.ts";
import { createNumberedIds } from "../../../src/numbered-ids.ts";
import { messageEvent, type MessageSender } from "../../../src/message-event.ts";

const requestTime = "19/Feb/2024:07:11:42 +0000";
const invocationIds = createNumberedIds();
const invocationNumber = 2 ** 33 + 5;
const lambdaRequestId = invocationIds.lambdaRequestId(invocationNumber);
const ids = createNumberedIds();
const messageNumber = 2 ** 40 + 3;
const own = {
  messageId: ids.messageId(messageNumber),
  requestId: ids.requestId(messageNumber),
  connectionId: "connection=",
  connectedAt: 1,
  receivedAt: Date.parse("2024-02-19T07:11:42.500Z"),
};

function senderOf(index: number, authorizer: MessageSender["authorizer"] = null): MessageSender {
  const userAgent = index % 2 === 0 ? null : `agent ${index}`;
  const client = {
    apiId: "abcdefghij",
    domainName: "localhost",
    stage: "staging",
    sourceIp: "127.0.0.1",
  };
  return { client: { ...client, userAgent }, authorizer };
}

/** The writer of the gateway and the reader of an environment, with nothing but bytes in between. */
function createPair() {
  const writer = new BatchWriter();
  const invocations = new InvocationWriter(writer);
  const reader = new InvocationReader();
  const batch = new BatchReader();
  return (sender: MessageSender, routeKey: string, body: string): unknown => {
    const fields = { ...own, routeKey, body, bodyBytes: Buffer.byteLength(body) };
    invocations.write(7, {
      requestId: lambdaRequestId,
      ids: invocationIds,
      number: invocationNumber,
      event: { ...fields, sender, ids, number: messageNumber, length: body.length },
    });
    const bytes = writer.take();
    batch.open(bytes, 4, bytes.length);
    while (batch.hasMore) {
      const kind = batch.byte();
      if (kind === toChild.origin) reader.keepOrigin(batch);
      else if (kind === toChild.second) reader.keepTime(batch);
      else if (kind === toChild.seed) reader.keepSeed(batch);
      else {
        const { number, requestId, event } = reader.readMessage(batch);
        expect([number, requestId]).toEqual([7, lambdaRequestId]);
        return typeof event === "string" ? event : eventOf(event);
      }
    }
    return null;
  };
}

function expected(sender: MessageSender, routeKey: string, body: string): object {
  return messageEvent(sender, { ...own, routeKey, body }, requestTime);
}

test("a message arrives as its event, whatever else was written in between", () => {
  const pass = createPair();
  // More than an environment keeps, in rounds, so that places are taken again.
  const senders = Array.from({ length: 1500 }, (_, index) => senderOf(index));
  for (let round = 0; round < 3; round++) {
    for (const sender of senders) {
      for (const routeKey of ["$default", "vötе"]) {
        const event = pass(sender, routeKey, `hællo ${round} 🚀`);
        // As text: the order of the keys counts too.
        expect(JSON.stringify(event)).toBe(
          JSON.stringify(expected(sender, routeKey, `hællo ${round} 🚀`)),
        );
      }
    }
  }
});

test("what an authorizer handed on follows the route key, and no two events share it", () => {
  const pass = createPair();
  const sender = senderOf(1, { principalId: "ada", isAdmin: true, age: 36 });
  const one = pass(sender, "$default", "x") as { requestContext: Record<string, unknown> };
  expect(Object.keys(one.requestContext).slice(0, 3)).toEqual([
    "routeKey",
    "authorizer",
    "messageId",
  ]);
  Object.assign(one.requestContext["authorizer"] as object, { principalId: "eve" });
  Object.assign(one.requestContext["identity"] as object, { sourceIp: "6.6.6.6" });
  expect(JSON.stringify(pass(sender, "$default", "x"))).toBe(
    JSON.stringify(expected(sender, "$default", "x")),
  );
});

test("a message of a place that nobody filled is malformed", () => {
  const reader = new InvocationReader();
  const writer = new BatchWriter();
  for (const kind of [idsOf.invocation, idsOf.message]) {
    writer.byte(kind);
    for (const word of [1, 2, 3, 4]) writer.number(word);
  }
  writer.number(7);
  for (const number of [1, 2]) writer.double(number);
  writer.number(99);
  const bytes = writer.take();
  const batch = new BatchReader();
  batch.open(bytes, 4, bytes.length);
  reader.keepSeed(batch);
  reader.keepSeed(batch);
  expect(() => reader.readMessage(batch)).toThrow(MalformedBatchError);
});
