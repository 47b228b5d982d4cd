import { events, queues } from "@arclet/functions";
import { describe, expect, test } from "vitest";
import {
  expectedAuthorization,
  lambdaEnvironment,
  leadAwsTo,
  setEnvironment,
  startAwsServer,
} from "./aws-server.ts";

const topic = "arn:aws:sns:us-west-2:123456789012:daily";
const queueUrl = "https://sqs.us-west-2.amazonaws.com/123456789012/jobs";

describe("events.publish", () => {
  test("publishes JSON to the topic of that name, signed for its region", async () => {
    const server = await startAwsServer({
      status: 200,
      body: "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>",
    });
    leadAwsTo(server);
    setEnvironment({ ...lambdaEnvironment, ARC_EVENTS: JSON.stringify({ daily: topic }) });
    expect(await events.publish({ name: "daily", payload: { a: "é&=" } })).toBe("m-1");
    const [request] = server.requests;
    if (request === undefined) throw new Error("nothing came");
    expect(request.headers["x-signed-host"]).toBe("sns.us-west-2.amazonaws.com");
    expect(Object.fromEntries(new URLSearchParams(request.body.toString()))).toEqual({
      Action: "Publish",
      Version: "2010-03-31",
      TopicArn: topic,
      Message: '{"a":"é&="}',
    });
    expect(request.headers.authorization).toBe(expectedAuthorization(request, "sns", "us-west-2"));
  });

  test("rejects as AWS words it", async () => {
    const server = await startAwsServer({
      status: 404,
      body: "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code><Message>Topic does not exist</Message></Error></ErrorResponse>",
    });
    setEnvironment({
      ...lambdaEnvironment,
      AWS_ENDPOINT_URL_SNS: server.url,
      ARC_EVENTS: JSON.stringify({ daily: topic }),
    });
    await expect(events.publish({ name: "daily", payload: 1 })).rejects.toMatchObject({
      name: "NotFound",
      message: "Topic does not exist",
      $metadata: { httpStatusCode: 404 },
    });
  });

  test("needs no credentials for a local service", async () => {
    const server = await startAwsServer({ status: 200, body: "<MessageId>m-1</MessageId>" });
    setEnvironment({
      AWS_ENDPOINT_URL_SNS: server.url,
      ARC_EVENTS: JSON.stringify({ daily: topic }),
    });
    expect(await events.publish({ name: "daily", payload: 1 })).toBe("m-1");
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  test("names the pragma that lacks the event", async () => {
    setEnvironment({ ARC_EVENTS: "{}" });
    await expect(events.publish({ name: "nope", payload: 1 })).rejects.toThrow(
      '"nope" is not under @events of the manifest',
    );
  });
});

describe("queues.publish", () => {
  test("sends JSON to the queue of that name, signed", async () => {
    const server = await startAwsServer({ status: 200, body: '{"MessageId":"q-1"}' });
    leadAwsTo(server);
    setEnvironment({ ...lambdaEnvironment, ARC_QUEUES: JSON.stringify({ jobs: queueUrl }) });
    expect(await queues.publish({ name: "jobs", payload: [1], delaySeconds: 5 })).toBe("q-1");
    const [request] = server.requests;
    if (request === undefined) throw new Error("nothing came");
    expect(request.headers["x-amz-target"]).toBe("AmazonSQS.SendMessage");
    expect(JSON.parse(request.body.toString())).toEqual({
      QueueUrl: queueUrl,
      MessageBody: "[1]",
      DelaySeconds: 5,
    });
    expect(request.headers.authorization).toBe(expectedAuthorization(request, "sqs", "us-west-2"));
  });

  test("gives FIFO queues a group and a deduplication id", async () => {
    const server = await startAwsServer({ status: 200, body: '{"MessageId":"q-1"}' });
    setEnvironment({
      ...lambdaEnvironment,
      AWS_ENDPOINT_URL: server.url,
      ARC_QUEUES: JSON.stringify({ jobs: `${queueUrl}.fifo` }),
    });
    await queues.publish({ name: "jobs", payload: 1 });
    await queues.publish({ name: "jobs", payload: 1 });
    await queues.publish({ name: "jobs", payload: 1, groupId: "g", deduplicationId: "d" });
    const sent = server.requests.map(
      ({ body }) => JSON.parse(body.toString()) as Record<string, string>,
    );
    expect(sent.map(({ MessageGroupId }) => MessageGroupId)).toEqual(["jobs", "jobs", "g"]);
    expect(sent[2]?.["MessageDeduplicationId"]).toBe("d");
    expect(sent[0]?.["MessageDeduplicationId"]).not.toBe(sent[1]?.["MessageDeduplicationId"]);
  });

  test("rejects as AWS words it", async () => {
    const server = await startAwsServer({
      status: 400,
      body: '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}',
    });
    setEnvironment({
      ...lambdaEnvironment,
      AWS_ENDPOINT_URL_SQS: server.url,
      ARC_QUEUES: JSON.stringify({ jobs: queueUrl }),
    });
    await expect(queues.publish({ name: "jobs", payload: 1 })).rejects.toMatchObject({
      name: "QueueDoesNotExist",
      $metadata: { httpStatusCode: 400 },
    });
  });
});
