import {
  CloudFormationClient,
  UpdateStackCommand,
  waitUntilStackUpdateComplete,
} from "@aws-sdk/client-cloudformation";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { destroyApp, manageEnv, type StackChange } from "@arclet/deploy";
import { expect, test } from "vitest";
import { createArchitectStack, physicalIds } from "./architect/architect-stack.ts";
import { adaptedTemplate } from "./architect/architect-template.ts";
import { ask, createAppFolder, deploy, deployPlan, get, projectOf } from "./deployment.ts";
import { residue } from "./residue.ts";

const stackName = "ArcMoveStaging";
const ok = "export const handler = async () => ({ statusCode: 200 });\n";
const files = {
  "app.arc": `@app
arc-move

@http
get /hello
post /cats/:id

@ws
shout

@tables
cats
  id *String
dogs
  id *String

@tables-streams
dogs

@events
adopted

@queues
mail

@scheduled
daily rate(1 day)

@static
`,
  "public/index.html": "<h1>hi</h1>",
  "src/http/get-hello/index.js":
    'export const handler = async () => ({ statusCode: 200, body: "hello " + process.env.GREETING });\n',
  "src/http/post-cats-000id/index.js": ok,
  "src/ws/connect/index.js": ok,
  "src/ws/disconnect/index.js": ok,
  "src/ws/shout/index.js": ok,
  "src/ws/default/index.js": `
import { ws } from "@arclet/functions";
export async function handler({ body, requestContext }) {
  await ws.send({ id: requestContext.connectionId, payload: JSON.parse(body) });
  return { statusCode: 200 };
}
`,
  "src/tables-streams/dogs/index.js": ok,
  "src/events/adopted/index.js": ok,
  "src/queues/mail/index.js": ok,
  "src/scheduled/daily/index.js": ok,
};

test("an app that Architect deployed keeps its data and URLs with Arclet, and with Architect again", async () => {
  await using folder = await createAppFolder(files);
  const { root } = folder;
  const template = await createArchitectStack(root, stackName);
  const before = await physicalIds(stackName);
  const cats = before.get("CatsTable") ?? "";
  const dynamo = new DynamoDBClient({});
  await dynamo.send(
    new PutItemCommand({ TableName: cats, Item: { id: { S: "tom" }, age: { N: "7" } } }),
  );
  const tom = async (): Promise<unknown> =>
    (await dynamo.send(new GetItemCommand({ TableName: cats, Key: { id: { S: "tom" } } }))).Item;
  const ssm = new SSMClient({});
  const greeting = "/arc-move/staging/GREETING";
  await ssm.send(new PutParameterCommand({ Name: greeting, Value: "world", Type: "SecureString" }));

  // The plan, and a no.
  const project = await projectOf(root);
  const planned = await deployPlan(root, {
    extend: (given) => Promise.resolve(adaptedTemplate(given)),
  });
  expect(planned.stack).toBe("adopted");
  expect(planned.publicBucket).toBe(before.get("StaticBucket"));
  expect(planned.changes.filter(({ data }) => data !== "none")).toEqual([]);
  const extend = {
    extend: (given: Parameters<typeof adaptedTemplate>[0]) =>
      Promise.resolve(adaptedTemplate(given)),
  };
  await expect(deploy(root, extend)).rejects.toMatchObject({ code: "ERR_NOT_CONFIRMED" });
  expect(await physicalIds(stackName)).toEqual(before);

  // The takeover.
  const asked: StackChange[] = [];
  const { result } = await deploy(root, {
    ...extend,
    confirmAdoption: (changes) => {
      asked.push(...changes);
      return Promise.resolve(true);
    },
  });
  expect(asked.length).toBeGreaterThan(0);
  const after = await physicalIds(stackName);
  for (const id of [
    "AdoptedEventTopic",
    "CatsParam",
    "CatsTable",
    "ConnectWSRoute",
    "DefaultWSIntegration",
    "DogsTable",
    "HTTP",
    "HTTPApiGatewayDefaultStage",
    "MailQueue",
    "MailQueueLambdaMailQueueEvent",
    "DogsTableStreamEvent",
    "StaticBucket",
    "StaticBucketPolicy",
    "WS",
    "WebsocketStage",
  ])
    expect([id, after.get(id)]).toEqual([id, before.get(id)]);
  expect([...after.keys()].filter((id) => id.endsWith("WSLambda"))).toEqual([]);
  expect(await tom()).toEqual({ id: { S: "tom" }, age: { N: "7" } });
  expect(result.webSocketUrl).toContain(before.get("WS"));
  // Anybody reads it, as before, and nobody had to write that.
  const page = (): Promise<number> =>
    get(`${process.env["AWS_ENDPOINT_URL"]}/${before.get("StaticBucket")}/index.html`).then(
      ({ status }) => status,
    );
  expect(await page()).toBe(200);
  expect(await ask(result.webSocketUrl ?? "", { text: "hi" })).toEqual({ text: "hi" });
  expect(result.httpUrl).toContain(before.get("HTTP"));
  // Architect's variable, which Arclet now keeps too.
  expect((await get(`${result.httpUrl}/hello`)).body).toBe("hello world");
  const app = { manifest: project.manifest, stage: "staging", name: null } as const;
  expect(await manageEnv(app, { type: "list" })).toEqual(["GREETING"]);
  const kept = await ssm.send(new GetParameterCommand({ Name: greeting, WithDecryption: true }));
  expect(kept.Parameter?.Value).toBe("world");

  // From now on it is like any other stack of Arclet's.
  expect((await deploy(root, extend)).result.isChanged).toBe(false);

  // And back again.
  const client = new CloudFormationClient({});
  await client.send(
    new UpdateStackCommand({
      StackName: stackName,
      TemplateBody: JSON.stringify(template),
      Capabilities: ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
      Tags: [],
    }),
  );
  await waitUntilStackUpdateComplete({ client, maxWaitTime: 60 }, { StackName: stackName });
  const back = await physicalIds(stackName);
  for (const id of ["CatsTable", "DogsTable", "HTTP", "MailQueue", "StaticBucket", "WS"])
    expect([id, back.get(id)]).toEqual([id, before.get(id)]);
  expect(await tom()).toEqual({ id: { S: "tom" }, age: { N: "7" } });
  await expect(destroyApp({ ...app, force: true }, { report: () => {} })).rejects.toMatchObject({
    code: "ERR_STACK_FOREIGN",
  });

  await deploy(root, { ...extend, confirmAdoption: () => Promise.resolve(true) });
  await destroyApp({ ...app, force: true }, { report: () => {} });
  expect(await residue(stackName)).toEqual([]);
});
