import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { tables, type TableClient } from "@arclet/functions";
import { afterAll } from "vitest";
import { createAwsServer, lambdaEnvironment, setEnvironment, type Answer } from "../aws-server.ts";

/** What an operation came to: a result, or what it was refused with. */
export type Outcome<Result> = { readonly result: Result } | { readonly error: Error };

export async function outcomeOf<Result>(promise: Promise<Result>): Promise<Outcome<Result>> {
  return promise.then(
    (result) => ({ result }),
    (error: unknown) => ({ error: error as Error }),
  );
}

/** The table `cats` by our client and by the AWS SDK's, on one server that stands for DynamoDB. */
export async function createJudge() {
  const server = await createAwsServer();
  const client = new DynamoDBClient({
    endpoint: server.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });
  const document = DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });
  return {
    document,
    async cats(): Promise<TableClient> {
      setEnvironment({
        ...lambdaEnvironment,
        AWS_ENDPOINT_URL_DYNAMODB: server.url,
        ARC_TABLES: '{"cats":"cats"}',
      });
      return (await tables<{ cats: Record<string, unknown> }>()).cats;
    },
    answer: (answer: Answer) => {
      server.answer(answer);
    },
    /** What an operation sends, as DynamoDB reads it; null when it sends nothing. */
    async sentBy(operation: () => Promise<unknown>): Promise<unknown> {
      server.answer({ status: 200, body: "{}" });
      await outcomeOf(operation());
      const [request] = server.requests;
      return request === undefined ? null : JSON.parse(request.body.toString());
    },
  };
}

export function dynamoDbAnswer(body: unknown, status = 200): Answer {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "request-1" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}
