import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { createJudge, dynamoDbAnswer, outcomeOf } from "./document-client.ts";

const judge = await createJudge();
const prefix = "com.amazonaws.dynamodb.v20120810#";

/** The error of ours and of the AWS SDK for one answer. */
async function refusals(body: unknown, status = 400): Promise<readonly [Error, Error]> {
  judge.answer(dynamoDbAnswer(body, status));
  const cats = await judge.cats();
  const Key = { id: "tom" };
  const outcomes = await Promise.all([
    outcomeOf(cats.get(Key)),
    outcomeOf(judge.document.send(new GetCommand({ TableName: "cats", Key }))),
  ]);
  return outcomes.map((outcome) => {
    if (!("error" in outcome)) throw new Error("nothing was refused");
    return outcome.error;
  }) as unknown as [Error, Error];
}

describe("a refusal by DynamoDB", () => {
  test.each<[string, object]>([
    [
      "a failed condition with the item",
      {
        __type: `${prefix}ConditionalCheckFailedException`,
        message: "The conditional request failed",
        Item: { id: { S: "tom" }, B: { B: "AQL/" }, BS: { BS: ["AQL/"] }, L: { L: [{ N: "1" }] } },
      },
    ],
    [
      "a cancelled transaction with its reasons",
      {
        __type: `${prefix}TransactionCanceledException`,
        Message: "Transaction cancelled, please refer cancellation reasons for specific reasons",
        CancellationReasons: [
          { Code: "None" },
          { Code: "ConditionalCheckFailed", Message: "m", Item: { id: { B: "AQL/" } } },
        ],
      },
    ],
    ["a mistake", { __type: "com.amazon.coral.validate#ValidationException", message: "bad" }],
    ["a missing table", { __type: `${prefix}ResourceNotFoundException`, message: "no table" }],
    ["what is unknown", { __type: "com.amazon.coral.service#Odd", message: "odd", Extra: 1 }],
  ])("is an error as the AWS SDK's: %s", async (_what, body) => {
    const [ours, theirs] = await refusals(body);
    expect(Object.keys(ours)).toEqual(expect.arrayContaining(["name", "$metadata", "$fault"]));
    // Attempts and headers of CloudFront are the SDK's own.
    const { $metadata, ...members } = Object.fromEntries(Object.entries(theirs));
    expect(ours).toMatchObject(JSON.parse(JSON.stringify(members)));
    expect(ours).toMatchObject({
      name: theirs.name,
      message: theirs.message,
      $metadata: { httpStatusCode: 400, requestId: "request-1" },
    });
    expect($metadata).toMatchObject({ httpStatusCode: 400, requestId: "request-1" });
    expect((ours as unknown as Record<string, unknown>)["Item"]).toEqual(members["Item"]);
    expect((ours as unknown as Record<string, unknown>)["CancellationReasons"]).toEqual(
      members["CancellationReasons"],
    );
  });

  test("is an instance of the AWS SDK's class", async () => {
    const body = { __type: `${prefix}ConditionalCheckFailedException`, message: "no" };
    const [ours] = await refusals(body);
    expect(ours instanceof ConditionalCheckFailedException).toBe(true);
    const [other] = await refusals({ __type: `${prefix}ResourceNotFoundException`, message: "no" });
    expect(other instanceof ConditionalCheckFailedException).toBe(false);
  });

  test("keeps the status when something between answers in HTML", async () => {
    const [ours] = await refusals("<html>Too large</html>", 413);
    expect(ours).toMatchObject({
      name: "PayloadTooLargeException",
      $metadata: { httpStatusCode: 413 },
      $fault: "client",
    });
  });
});
