import type { Template } from "@arclet/deploy";
import type { Manifest } from "@arclet/manifest";
import { expect, test } from "vitest";
import {
  functionLogicalId,
  logicalId,
  queueLogicalId,
  tableLogicalId,
  topicLogicalId,
} from "../src/template/logical-ids.ts";
import { manifestOf, templateOf } from "./apps.ts";
import { isAllowed, resolved, type Call } from "./policy-evaluator.ts";

const text = `@app
all

@http
get /
get /narrow

@ws
shout

@tables
cats
  id *String
dogs
  id *String
  encrypt 1234abcd-12ab-34cd-56ef-1234567890ab
birds
  id *String
  encrypt alias/birds

@tables-indexes
cats
  owner *String

@tables-streams
cats

@events
fed
sold

@queues
mail
bulk
  fifo false

@scheduled
daily rate(1 day)

@static
prefix assets
`;

/** What `get /narrow` may use; all others may use everything of the app. */
const access = "@access\ntables\n  cats read\n  birds\nevents fed\nqueues bulk\nstatic read\n";

const place = "us-east-1:123456789012";
const dynamodb = `arn:aws:dynamodb:${place}:table`;
const tableArn = (name: string): string => `${dynamodb}/${tableLogicalId(name)}`;
const queueArn = (name: string): string => `arn:aws:sqs:${place}:${queueLogicalId(name)}`;
const topicArn = (name: string): string => `arn:aws:sns:${place}:${topicLogicalId(name)}`;
const parameters = `arn:aws:ssm:${place}:parameter`;
const keys = `arn:aws:kms:${place}:key`;
const connections = `arn:aws:execute-api:${place}:WebSocketApi`;
const viaDynamoDb = { "kms:ViaService": ["dynamodb.us-east-1.amazonaws.com"] };

/** A call with who may make it: every function that uses what it is for, or only some. */
interface Case {
  readonly who: "all" | "users" | "nobody" | readonly string[];
  readonly calls: readonly Call[];
}

function calls(actions: string, ...resources: readonly string[]): readonly Call[] {
  return actions
    .split(" ")
    .flatMap((action) => resources.map((resource) => ({ action, resource })));
}

function logsOf(template: Template, functionId: string): string {
  const arn = resolved(template, { "Fn::GetAtt": [logicalId("LogGroup", functionId), "Arn"] });
  return arn.replace(/\*$/, "log-stream:2026/01/01/[$LATEST]0");
}

const reads = "dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Query dynamodb:Scan";
const writes = "dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:BatchWriteItem";
/** TransactGetItems and TransactWriteItems are authorized as the actions that they consist of. */
const conditions = "dynamodb:ConditionCheckItem";

/** `users`: those without `@access`. */
const cases: readonly Case[] = [
  // @architect/functions finds resources by these, and the helper by variables.
  {
    who: "all",
    calls: calls(
      "ssm:GetParametersByPath ssm:GetParameter",
      `${parameters}/AllStaging`,
      `${parameters}/AllStaging/tables/cats`,
    ),
  },
  // Tables, sessions, and what either reaches by index.
  {
    who: "all",
    calls: [
      ...calls(
        `${reads} ${conditions} dynamodb:DescribeTable`,
        tableArn("cats"),
        tableArn("birds"),
      ),
      ...calls("dynamodb:Query dynamodb:Scan", `${tableArn("cats")}/index/owner-index`),
    ],
  },
  { who: "all", calls: calls(writes, tableArn("birds")) },
  { who: "users", calls: calls(writes, tableArn("cats")) },
  { who: "users", calls: calls(`${reads} ${writes} ${conditions}`, tableArn("dogs")) },
  {
    who: "users",
    calls: [
      {
        action: "kms:Decrypt",
        resource: `${keys}/1234abcd-12ab-34cd-56ef-1234567890ab`,
        context: viaDynamoDb,
      },
    ],
  },
  {
    who: "all",
    calls: ["kms:Decrypt", "kms:GenerateDataKey"].map((action) => ({
      action,
      resource: `${keys}/0`,
      context: { ...viaDynamoDb, "kms:ResourceAliases": ["alias/other", "alias/birds"] },
    })),
  },
  // arc.events.publish, arc.queues.publish, ws.send, ws.close, ws.info
  { who: "all", calls: calls("sns:Publish", topicArn("fed")) },
  { who: "users", calls: calls("sns:Publish", topicArn("sold")) },
  { who: "all", calls: calls("sqs:SendMessage sqs:GetQueueUrl", queueArn("bulk")) },
  { who: "users", calls: calls("sqs:SendMessage", queueArn("mail")) },
  {
    who: "users",
    calls: ["POST", "DELETE", "GET"].flatMap((method) =>
      calls("execute-api:ManageConnections", `${connections}/staging/${method}/@connections/a=`),
    ),
  },
  {
    who: "all",
    calls: [
      ...calls("s3:GetObject", "arn:aws:s3:::staticbucket/assets/a"),
      ...calls("s3:ListBucket", "arn:aws:s3:::staticbucket"),
    ],
  },
  {
    who: "users",
    calls: calls("s3:PutObject s3:DeleteObject", "arn:aws:s3:::staticbucket/assets/a"),
  },
  // What Lambda does with a function's role.
  {
    who: ["queues/mail"],
    calls: calls(
      "sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility",
      queueArn("mail"),
    ),
  },
  { who: ["queues/bulk"], calls: calls("sqs:ReceiveMessage", queueArn("bulk")) },
  {
    who: ["tables-streams/cats"],
    calls: [
      ...calls(
        "dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator",
        `${tableArn("cats")}/stream/2026-01-01T00:00:00.000`,
      ),
      ...calls("dynamodb:ListStreams", "*"),
    ],
  },
  {
    who: "nobody",
    calls: [
      ...calls(
        "dynamodb:CreateTable dynamodb:DeleteTable dynamodb:UpdateTable dynamodb:UpdateTimeToLive",
        tableArn("cats"),
      ),
      ...calls(`${reads} ${writes}`, `${dynamodb}/Other`, `${tableArn("cats")}2`),
      ...calls("sqs:PurgeQueue sqs:DeleteQueue sqs:SetQueueAttributes", queueArn("mail")),
      ...calls("sqs:SendMessage sqs:ReceiveMessage", `${queueArn("mail")}-other`),
      ...calls("sns:Subscribe sns:DeleteTopic", topicArn("fed")),
      ...calls("sns:Publish", `arn:aws:sns:${place}:Other`),
      ...calls("ssm:PutParameter ssm:DeleteParameter", `${parameters}/AllStaging/tables/cats`),
      // Other stacks, those whose name begins with this one's, and values of `arclet env`.
      ...calls(
        "ssm:GetParameter ssm:GetParametersByPath",
        `${parameters}/Other/tables/cats`,
        `${parameters}/AllStagingTwo/tables/cats`,
        `${parameters}/arclet/AllStaging/env/SECRET`,
      ),
      ...calls(
        "execute-api:ManageConnections",
        `${connections}/production/POST/@connections/a=`,
        `arn:aws:execute-api:${place}:other/staging/POST/@connections/a=`,
      ),
      ...calls("execute-api:Invoke", `${connections}/staging/POST/@connections/a=`),
      ...calls("s3:GetObject s3:PutObject", "arn:aws:s3:::other/a"),
      ...calls("s3:DeleteBucket s3:PutBucketPolicy", "arn:aws:s3:::staticbucket"),
      ...calls(
        "lambda:InvokeFunction",
        `arn:aws:lambda:${place}:function:${functionLogicalId("http/get-index")}`,
      ),
      ...calls("iam:PassRole sts:AssumeRole", "arn:aws:iam::123456789012:role/any"),
      // Another key, one that has no such alias, and the key without DynamoDB.
      {
        action: "kms:Decrypt",
        resource: `${keys}/0`,
        context: { ...viaDynamoDb, "kms:ResourceAliases": ["alias/birds2"] },
      },
      { action: "kms:Decrypt", resource: `${keys}/0`, context: viaDynamoDb },
      {
        action: "kms:Decrypt",
        resource: `${keys}/0`,
        context: {
          "kms:ViaService": ["s3.us-east-1.amazonaws.com"],
          "kms:ResourceAliases": ["alias/birds"],
        },
      },
      {
        action: "kms:ScheduleKeyDeletion",
        resource: `${keys}/0`,
        context: { ...viaDynamoDb, "kms:ResourceAliases": ["alias/birds"] },
      },
    ],
  },
];

async function synthesized(): Promise<{
  readonly manifest: Manifest;
  readonly template: Template;
}> {
  const manifest = await manifestOf(text, { "src/http/get-narrow/config.arc": access });
  return { manifest, template: templateOf(manifest) };
}

test("every function may do what it should, and nothing else", async () => {
  const { manifest, template } = await synthesized();
  const wrong: string[] = [];
  for (const { id } of manifest.functions) {
    const roleId = logicalId("Role", id);
    const judge = (call: Call, expected: boolean): void => {
      if (isAllowed(template, roleId, call) !== expected)
        wrong.push(`${id} ${expected ? "may not" : "may"} ${call.action} ${call.resource}`);
    };
    for (const { who, calls: made } of cases)
      for (const call of made)
        judge(
          call,
          who === "all" ||
            (who === "users" && id !== "http/get-narrow") ||
            (Array.isArray(who) && who.includes(id)),
        );
    for (const other of manifest.functions)
      for (const call of calls(
        "logs:CreateLogStream logs:PutLogEvents",
        logsOf(template, other.id),
      ))
        judge(call, other.id === id);
    for (const call of calls("logs:DeleteLogGroup logs:FilterLogEvents", logsOf(template, id)))
      judge(call, false);
  }
  expect(wrong).toEqual([]);
});

test("the function of static files reads them, and the scheduler invokes scheduled functions", async () => {
  const { manifest, template } = await synthesized();
  const reader = "StaticFunctionRole";
  for (const [call, expected] of [
    [{ action: "s3:GetObject", resource: "arn:aws:s3:::staticbucket/assets/a" }, true],
    [{ action: "s3:ListBucket", resource: "arn:aws:s3:::staticbucket" }, true],
    [{ action: "s3:GetObject", resource: "arn:aws:s3:::staticbucket/secret" }, false],
    [{ action: "s3:PutObject", resource: "arn:aws:s3:::staticbucket/assets/a" }, false],
    [{ action: "dynamodb:GetItem", resource: tableArn("cats") }, false],
  ] as const)
    expect([call, isAllowed(template, reader, call)]).toEqual([call, expected]);
  for (const { id } of manifest.functions)
    expect([
      id,
      isAllowed(template, "SchedulerRole", {
        action: "lambda:InvokeFunction",
        resource: `arn:aws:lambda:${place}:function:${functionLogicalId(id)}`,
      }),
    ]).toEqual([id, id === "scheduled/daily"]);
});

test("a key may be named by an alias's ARN, and is then of that account and region", async () => {
  const template = templateOf(
    await manifestOf(
      "@app\nall\n\n@http\nget /\n\n@tables\ncats\n  id *String\n  encrypt arn:aws:kms:eu-west-1:210987654321:alias/cats\n",
    ),
  );
  const may = (resource: string, alias: string): boolean =>
    isAllowed(template, logicalId("Role", "http/get-index"), {
      action: "kms:Decrypt",
      resource,
      context: { ...viaDynamoDb, "kms:ResourceAliases": [alias] },
    });
  const key = "arn:aws:kms:eu-west-1:210987654321:key/0";
  expect(may(key, "alias/cats")).toBe(true);
  expect(may(key, "alias/dogs")).toBe(false);
  expect(may(`${keys}/0`, "alias/cats")).toBe(false);
});
