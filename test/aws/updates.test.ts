import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
} from "@aws-sdk/client-cloudformation";
import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { destroyApp } from "@arclet/deploy";
import { expect, test } from "vitest";
import {
  functionLogicalId,
  logicalId,
  queueLogicalId,
  tableLogicalId,
  topicLogicalId,
} from "../../packages/deploy/src/template/logical-ids.ts";
import { createAppFolder, deploy, projectOf, type AppFolder } from "./deployment.ts";

const handler = "export const handler = async () => ({ statusCode: 200 });\n";

/** AWS's names of a stack's resources, by logical id. */
async function physicalIds(stackName: string): Promise<ReadonlyMap<string, string>> {
  const client = new CloudFormationClient({});
  try {
    const { StackResources: resources = [] } = await client.send(
      new DescribeStackResourcesCommand({ StackName: stackName }),
    );
    return new Map(
      resources.map(({ LogicalResourceId: id = "", PhysicalResourceId: name = "" }) => [id, name]),
    );
  } finally {
    client.destroy();
  }
}

async function destroy({ root }: AppFolder): Promise<void> {
  const { manifest } = await projectOf(root);
  await destroyApp({ manifest, stage: "staging", name: null, force: true }, { report: () => {} });
}

test("indexes come and go one at a time, with the table's items in place", async () => {
  const table = "@app\nindexed\n\n@http\nget /\n\n@tables\ncats\n  id *String\n  expires TTL\n";
  const withIndexes = (...keys: readonly string[]): string =>
    `${table}\n@tables-indexes\n${keys.map((key) => `cats\n  ${key} *String\n`).join("")}`;
  await using folder = await createAppFolder({
    "app.arc": table,
    "src/http/get-index/index.js": handler,
  });
  await deploy(folder.root);
  const client = new DynamoDBClient({});
  try {
    const TableName = (await physicalIds("IndexedStaging")).get(tableLogicalId("cats"));
    const Key = { id: { S: "tom" } };
    await client.send(new PutItemCommand({ TableName, Item: Key }));
    const change = async (manifest: string): Promise<readonly unknown[]> => {
      await folder.write("app.arc", manifest);
      const { events } = await deploy(folder.root);
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      return [
        events.filter(({ type }) => type === "step").length,
        (Table?.GlobalSecondaryIndexes ?? [])
          .map(({ IndexName = "" }) => IndexName)
          .toSorted((a, b) => a.localeCompare(b)),
      ];
    };
    expect(await change(withIndexes("owner", "colour"))).toEqual([
      2,
      ["colour-index", "owner-index"],
    ]);
    expect(await change(withIndexes("size"))).toEqual([3, ["size-index"]]);
    expect(await change(withIndexes("size"))).toEqual([0, ["size-index"]]);
    // What AWS would refuse changes nothing, though the emulator would take it.
    await folder.write("app.arc", withIndexes("weight").replace("expires", "gone"));
    await expect(deploy(folder.root)).rejects.toMatchObject({ code: "ERR_UPDATE_REFUSED" });
    expect(await change(withIndexes("size"))).toEqual([0, ["size-index"]]);
    expect((await client.send(new GetItemCommand({ TableName, Key }))).Item).toEqual(Key);
  } finally {
    client.destroy();
    await destroy(folder);
  }
});

test("the roles of a deployed app allow what functions should do, and nothing else", async () => {
  await using folder = await createAppFolder({
    "app.arc":
      "@app\nallowed\n\n@http\nget /\nget /narrow\n\n@ws\n\n@tables\ncats\n  id *String\ndogs\n  id *String\n\n@events\nsold\n\n@queues\nmail\n",
    "src/http/get-index/index.js": handler,
    "src/http/get-narrow/index.js": handler,
    "src/http/get-narrow/config.arc": "@access\ntables\n  cats read\n",
    "src/events/sold/index.js": handler,
    "src/queues/mail/index.js": handler,
    "src/ws/connect/index.js": handler,
    "src/ws/default/index.js": handler,
    "src/ws/disconnect/index.js": handler,
  });
  await deploy(folder.root);
  try {
    const names = await physicalIds("AllowedStaging");
    const nameOf = (id: string): string => names.get(id) ?? "";
    const place = "us-east-1:000000000000";
    const table = (name: string): string =>
      `arn:aws:dynamodb:${place}:table/${nameOf(tableLogicalId(name))}`;
    const queue = `arn:aws:sqs:${place}:${nameOf(queueLogicalId("mail")).split("/").at(-1)}`;
    const topic = nameOf(topicLogicalId("sold"));
    const post = `arn:aws:execute-api:${place}:${nameOf("WebSocketApi")}/staging/POST/@connections/a`;
    const wide = ["http/get-index", "events/sold", "queues/mail", "ws/default"];
    const cases: readonly (readonly [action: string, resource: string, who: readonly string[]])[] =
      [
        ["dynamodb:GetItem", table("cats"), [...wide, "http/get-narrow"]],
        ["dynamodb:PutItem", table("cats"), wide],
        ["dynamodb:GetItem", table("dogs"), wide],
        ["dynamodb:DeleteTable", table("cats"), []],
        ["dynamodb:GetItem", `${table("cats")}-other`, []],
        ["sns:Publish", topic, wide],
        ["sqs:SendMessage", queue, wide],
        ["sqs:ReceiveMessage", queue, ["queues/mail"]],
        ["sqs:PurgeQueue", queue, []],
        ["execute-api:ManageConnections", post, wide],
        [
          "ssm:GetParametersByPath",
          `arn:aws:ssm:${place}:parameter/AllowedStaging`,
          [...wide, "http/get-narrow"],
        ],
        ["ssm:GetParameter", `arn:aws:ssm:${place}:parameter/arclet/AllowedStaging/env/X`, []],
        [
          "lambda:InvokeFunction",
          `arn:aws:lambda:${place}:function:${nameOf(functionLogicalId("http/get-index"))}`,
          [],
        ],
      ];
    const wrong: unknown[] = [];
    for (const [action, resource, who] of cases)
      for (const id of [...wide, "http/get-narrow"]) {
        const decision = await simulated(nameOf(logicalId("Role", id)), action, resource);
        if ((decision === "allowed") !== who.includes(id)) wrong.push([id, action, resource]);
      }
    expect(wrong).toEqual([]);
  } finally {
    await destroy(folder);
  }
});

/** IAM's decision on a call by a role: `allowed`, `implicitDeny` or `explicitDeny`. */
async function simulated(role: string, action: string, resource: string): Promise<string> {
  const answer = await fetch(process.env["AWS_ENDPOINT_URL"] ?? "", {
    method: "POST",
    headers: {
      // By its scope the emulator knows which service is meant; it checks no signature.
      authorization:
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: new URLSearchParams({
      Action: "SimulatePrincipalPolicy",
      Version: "2010-05-08",
      PolicySourceArn: `arn:aws:iam::000000000000:role/${role}`,
      "ActionNames.member.1": action,
      "ResourceArns.member.1": resource,
    }),
  });
  const text = await answer.text();
  const decision = /<EvalDecision>(\w+)<\/EvalDecision>/.exec(text)?.[1];
  if (decision === undefined) throw new Error(`no decision: ${text}`);
  return decision;
}
