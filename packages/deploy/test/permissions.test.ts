import type { TemplateValue } from "@arclet/deploy";
import { expect, test } from "vitest";
import { permissionsOf } from "../src/template/describe-template.ts";
import { apps, manifestOf, synthesisOf, templateOf } from "./apps.ts";
import { actionsOf, ofType, propertiesOf, statements } from "./template-queries.ts";

const everything = apps[0]?.[1] ?? "";

test("no permission reaches beyond the app", async () => {
  const manifest = await manifestOf(everything);
  const template = templateOf(manifest);
  const wide: unknown[] = [];
  for (const { Properties: properties } of ofType(template, "AWS::IAM::Role"))
    for (const { PolicyDocument: document } of (properties?.["Policies"] ?? []) as {
      PolicyDocument: { Statement: { Action: string[]; Resource: TemplateValue[] }[] };
    }[])
      for (const { Action: actions, Resource: resources } of document.Statement) {
        wide.push(...actions.filter((action) => action.includes("*")));
        if (resources.includes("*")) wide.push(actions);
      }
  // It knows no resource; only functions of streams have it.
  expect(wide).toEqual([["dynamodb:ListStreams"]]);
});

test("a function may only touch what the manifest has", async () => {
  const sockets = templateOf(await manifestOf("@app\necho\n\n@ws\n"), { hasStaticFiles: false });
  expect(actionsOf(sockets, "WsDefault")).toEqual([
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "ssm:GetParameter",
    "ssm:GetParametersByPath",
    "execute-api:ManageConnections",
  ]);
  expect(statements(sockets, "WsDefault")).toContainEqual({
    Effect: "Allow",
    Action: ["execute-api:ManageConnections"],
    Resource: [
      {
        "Fn::Sub":
          "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${WebSocketApi}/staging/*/@connections/*",
      },
    ],
  });
  const plain = templateOf(await manifestOf("@app\nplain\n\n@http\nget /\n"));
  expect(actionsOf(plain, "HttpGetIndex")).not.toContain("execute-api:ManageConnections");

  const all = templateOf(await manifestOf(everything));
  expect(actionsOf(all, "QueuesMail")).toContain("sqs:ReceiveMessage");
  expect(actionsOf(all, "QueuesMail").filter((action) => action.includes("Stream"))).toEqual([
    "logs:CreateLogStream",
  ]);
  expect(actionsOf(all, "HttpGetIndex")).not.toContain("sqs:ReceiveMessage");
  expect(actionsOf(all, "TablesStreamsCats")).toContain("dynamodb:GetRecords");
});

test("a function may use the files of the app's own bucket, or less with @access", async () => {
  const app = "@app\nsite\n\n@http\nget /\n\n@static\nprefix assets\n";
  const filesOf = async (config: string | null): Promise<readonly string[]> => {
    const files = config === null ? {} : { "src/http/get-index/config.arc": config };
    const template = templateOf(await manifestOf(app, files));
    return actionsOf(template, "HttpGetIndex").filter((action) => action.startsWith("s3:"));
  };
  const all = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:ListBucket"];
  expect(await filesOf(null)).toEqual(all);
  expect(await filesOf("@access\nstatic\n")).toEqual(all);
  expect(await filesOf("@access\nstatic read\n")).toEqual(["s3:GetObject", "s3:ListBucket"]);
  expect(await filesOf("@access\n")).toEqual([]);
  const none = templateOf(await manifestOf(app), { hasStaticFiles: false });
  expect(actionsOf(none, "HttpGetIndex").filter((action) => action.startsWith("s3:"))).toEqual([]);
});

const withAccess = `@app
access

@http
get /

@ws

@tables
cats
  id *String
dogs
  id *String
birds
  id *String
  encrypt 1234abcd-12ab-34cd-56ef-1234567890ab

@tables-indexes
dogs
  owner *String

@tables-streams
cats

@events
fed
sold

@queues
mail
jobs
`;

test("a function with @access may touch what it says alone, and knows of nothing else", async () => {
  const access = "@access\ntables\n  cats\n  dogs read\n  birds read\nevents fed\nqueues jobs\n";
  const template = templateOf(
    await manifestOf(withAccess, {
      "src/http/get-index/config.arc": access,
      "src/tables-streams/cats/config.arc": "@access\n",
      "src/queues/mail/config.arc": "@access\nconnections\n",
    }),
  );
  const [, , written, read, keys, ...others] = statements(template, "HttpGetIndex") as {
    readonly Action: readonly string[];
    readonly Resource: readonly unknown[];
  }[];
  expect(written?.Action).toContain("dynamodb:PutItem");
  expect(written?.Resource).toEqual([
    { "Fn::GetAtt": [expect.stringMatching(/^TableCats/), "Arn"] },
  ]);
  expect(read?.Action.filter((action) => /Put|Update|Delete|Write/.test(action))).toEqual([]);
  expect(read?.Resource).toEqual([
    { "Fn::GetAtt": [expect.stringMatching(/^TableDogs/), "Arn"] },
    { "Fn::Sub": expect.stringMatching(/^\$\{TableDogs\w+\.Arn\}\/index\/\*$/) },
    { "Fn::GetAtt": [expect.stringMatching(/^TableBirds/), "Arn"] },
  ]);
  expect(keys?.Resource).toEqual([
    { "Fn::Sub": expect.stringMatching(/:key\/1234abcd-12ab-34cd-56ef-1234567890ab$/) },
  ]);
  expect(others).toEqual([
    {
      Effect: "Allow",
      Action: ["sns:Publish"],
      Resource: [{ Ref: expect.stringMatching(/^TopicFed/) }],
    },
    expect.objectContaining({
      Resource: [{ "Fn::GetAtt": [expect.stringMatching(/^QueueJobs/), "Arn"] }],
    }),
  ]);
  const known = Object.entries(template.Resources).find(([id]) =>
    id.startsWith("FunctionHttpGetIndex"),
  )?.[1].Properties?.["Environment"];
  const text = JSON.stringify(known);
  for (const name of ["cats", "dogs", "birds", "fed", "jobs"])
    expect(text).toContain(`"${name}\\"`);
  for (const name of ["sold", "mail"]) expect(text).not.toContain(name);

  // What runs a function stays possible: its stream, and its queue.
  expect(
    actionsOf(template, "TablesStreamsCats").filter((one) => /^dynamo|^exec/.test(one)),
  ).toEqual([
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
  ]);
  const mail = actionsOf(template, "QueuesMail");
  expect(mail).toContain("execute-api:ManageConnections");
  expect(mail).toContain("sqs:ReceiveMessage");
  expect(mail).not.toContain("sqs:SendMessage");
});

test("layers, policies, and permissions that the manifest asks for are the function's", async () => {
  const template = templateOf(
    await manifestOf("@app\nset\n\n@http\nget /\nget /other\n", {
      "src/http/get-other/config.arc":
        "@aws\nlayers arn:aws:lambda:us-east-1:123456789012:layer:tools:3\npolicies arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\nallow ses:SendEmail *\n",
    }),
  );
  const other = Object.entries(template.Resources).filter(([id]) => id.includes("HttpGetOther"));
  expect(
    other.find(([, { Type }]) => Type === "AWS::Lambda::Function")?.[1].Properties,
  ).toMatchObject({ Layers: ["arn:aws:lambda:us-east-1:123456789012:layer:tools:3"] });
  expect(other.find(([, { Type }]) => Type === "AWS::IAM::Role")?.[1].Properties).toMatchObject({
    ManagedPolicyArns: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
  });
  expect(statements(template, "HttpGetOther")).toContainEqual({
    Effect: "Allow",
    Action: ["ses:SendEmail"],
    Resource: ["*"],
  });
  expect(actionsOf(template, "HttpGetIndex")).not.toContain("ses:SendEmail");
});

test("permissions are listed by their place in the manifest, as plugins leave them", async () => {
  const { template, origins } = synthesisOf(
    await manifestOf("@app\ntold\n\n@ws\n\n@tables\ncats\n  id *String\n"),
    { hasStaticFiles: false },
  );
  const Resources = {
    ...template.Resources,
    Extra: {
      Type: "AWS::Lambda::Function",
      Properties: { Role: { "Fn::GetAtt": ["ExtraRole", "Arn"] } },
    },
    ExtraRole: {
      Type: "AWS::IAM::Role",
      Properties: { ManagedPolicyArns: ["arn:aws:iam::aws:policy/Any"] },
    },
    ExtraPolicy: {
      Type: "AWS::IAM::Policy",
      Properties: {
        Roles: [{ Ref: "ExtraRole" }],
        PolicyDocument: {
          Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" },
        },
      },
    },
  };
  const told = permissionsOf({ ...template, Resources }, origins);
  expect(told.find(({ functionId }) => functionId === "ws/default")?.allowed).toEqual([
    { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], on: ["its log group"] },
    {
      actions: ["ssm:GetParameter", "ssm:GetParametersByPath"],
      on: ["parameter/<stack>", "parameter/<stack>/*"],
    },
    {
      actions: ["execute-api:ManageConnections"],
      on: ["@ws/staging/*/@connections/*"],
    },
    { actions: expect.arrayContaining(["dynamodb:PutItem"]), on: ["table cats"] },
  ]);
  expect(told.at(-1)).toEqual({
    functionId: "Extra",
    allowed: [{ actions: ["s3:*"], on: ["*"] }],
    managedPolicies: ["arn:aws:iam::aws:policy/Any"],
  });
});

test("what invokes a function is named, down to the API, topic or authorizer", async () => {
  const template = templateOf(await manifestOf(everything));
  const permissions = propertiesOf(template, "AWS::Lambda::Permission");
  expect(permissions.length).toBeGreaterThan(0);
  for (const permission of permissions)
    expect(permission).toMatchObject({
      Action: "lambda:InvokeFunction",
      SourceArn: expect.anything(),
    });
  expect(template.Resources["SchedulerRole"]?.Properties?.["Policies"]).toMatchObject([
    { PolicyDocument: { Statement: [{ Action: ["lambda:InvokeFunction"] }] } },
  ]);
});
