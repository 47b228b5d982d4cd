import { PublishBatchCommand, PublishCommand } from "@aws-sdk/client-sns";
import { describe, expect, test } from "vitest";
import {
  namesIn,
  RecordingInvoker,
  snsOf,
  startServices,
  temporaryDirectory,
} from "../local-services.ts";

const oneTopic = { events: [{ name: "hi", functionId: "events/hi", origin: null }] };

describe("publishing with the SDK", () => {
  test("a message reaches its function with subject and attributes", async () => {
    const { services, invoker } = await startServices(oneTopic);
    const TopicArn = namesIn(services, "ARC_EVENTS")["hi"];
    const { MessageId } = await snsOf(services).send(
      new PublishCommand({
        TopicArn,
        Message: "a & <b>",
        Subject: "greeting",
        MessageAttributes: { colour: { DataType: "String", StringValue: "red" } },
      }),
    );
    expect((await invoker.next()).event.Records).toMatchObject([
      {
        EventSource: "aws:sns",
        Sns: {
          MessageId,
          TopicArn,
          Subject: "greeting",
          Message: "a & <b>",
          MessageAttributes: { colour: { Type: "String", Value: "red" } },
        },
      },
    ]);
  });

  test("a batch: each entry is an event of its own, a bad one fails alone", async () => {
    const { services, invoker } = await startServices(oneTopic);
    const TopicArn = namesIn(services, "ARC_EVENTS")["hi"];
    const { Successful, Failed } = await snsOf(services).send(
      new PublishBatchCommand({
        TopicArn,
        PublishBatchRequestEntries: [
          { Id: "1", Message: "one" },
          { Id: "2", Message: "" },
          { Id: "3", Message: "three" },
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(["1", "3"]);
    expect(Failed).toMatchObject([{ Id: "2", Code: "InvalidParameter", SenderFault: true }]);
    await invoker.next();
    await invoker.next();
    expect(invoker.records("Sns")).toMatchObject([{ Message: "one" }, { Message: "three" }]);
  });

  test("one text for each protocol: the function gets Lambda's, or the default", async () => {
    const { services, invoker } = await startServices(oneTopic);
    const TopicArn = namesIn(services, "ARC_EVENTS")["hi"];
    const publish = (texts: object): Promise<unknown> =>
      snsOf(services).send(
        new PublishCommand({
          TopicArn,
          MessageStructure: "json",
          Message: JSON.stringify(texts),
        }),
      );
    await publish({ default: "plain", lambda: "for functions" });
    expect((await invoker.next()).event.Records).toMatchObject([
      { Sns: { Message: "for functions" } },
    ]);
    await publish({ default: "plain" });
    expect((await invoker.next()).event.Records).toMatchObject([{ Sns: { Message: "plain" } }]);
    await expect(publish({ email: "x" })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });

  test.each([
    ["an unknown topic", { Message: "x", TopicArn: "arn:aws:sns:us-west-2:1:none" }, "NotFound"],
    ["more than 256 KB", { Message: "x".repeat(262_145) }, "InvalidParameter"],
  ])("%s is refused", async (_, input, name) => {
    const { services } = await startServices(oneTopic);
    const TopicArn = namesIn(services, "ARC_EVENTS")["hi"];
    await expect(
      snsOf(services).send(new PublishCommand({ TopicArn, ...input })),
    ).rejects.toMatchObject({ name: `${name}Exception` });
  });
});

describe("retries", () => {
  test("a failed event is tried after one and two more minutes, then it is a dead letter", async () => {
    const { services, invoker, clock } = await startServices(oneTopic);
    invoker.fail = () => true;
    const TopicArn = namesIn(services, "ARC_EVENTS")["hi"];
    await snsOf(services).send(new PublishCommand({ TopicArn, Message: "x" }));
    await invoker.next();
    await clock.advance("59s");
    expect(invoker.calls).toHaveLength(1);
    await clock.advance("1s");
    expect(invoker.calls).toHaveLength(2);
    await clock.advance("119s");
    expect(invoker.calls).toHaveLength(2);
    await clock.advance("1s");
    expect(invoker.calls).toHaveLength(3);
    await clock.advance("1d");
    expect(invoker.calls).toHaveLength(3);
    expect(services.deadLetters()).toMatchObject([
      { service: "events", source: "hi", payload: "x", error: "Error: no" },
    ]);
  });

  test("an event that waits for its next try is delivered after a restart, with the tries it has left", async () => {
    const dataDirectory = await temporaryDirectory();
    const first = await startServices(oneTopic, { dataDirectory });
    first.invoker.fail = () => true;
    const TopicArn = namesIn(first.services, "ARC_EVENTS")["hi"];
    await snsOf(first.services).send(new PublishCommand({ TopicArn, Message: "kept" }));
    await first.invoker.next();
    await first.close();
    const invoker = new RecordingInvoker();
    invoker.fail = () => true;
    const second = await startServices(oneTopic, { dataDirectory, invoker });
    expect((await second.invoker.next()).event.Records).toMatchObject([
      { Sns: { Message: "kept" } },
    ]);
    // Lets the failure be taken in, from which the delay counts.
    await second.clock.advance(0);
    await second.clock.advance("2m");
    expect(second.invoker.calls).toHaveLength(2);
    expect(second.services.deadLetters()).toHaveLength(1);
  });
});
