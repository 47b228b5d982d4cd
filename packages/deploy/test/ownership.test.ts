import { describeApp, manageEnv } from "@arclet/deploy";
import { afterEach, beforeEach, expect, test } from "vitest";
import { manifestOf } from "./apps.ts";
import { noStack, stackXml, tagsXml, type FakeAws, type Reply } from "./fake-aws.ts";
import { functionLogicalId } from "../src/template/logical-ids.ts";
import { createTemporaryApp, type TemporaryApp } from "./temporary-app.ts";

const functionId = functionLogicalId("http/get-index");
let app: TemporaryApp;

beforeEach(async () => {
  app = await createTemporaryApp();
});

afterEach(() => app[Symbol.asyncDispose]());

/** A stack that is there already, and the template that it has. */
function existing(
  tags: { readonly [name: string]: string },
  template: unknown = { Resources: {} },
  status = "UPDATE_COMPLETE",
): Promise<FakeAws> {
  return app.fake((action): Reply => {
    switch (action) {
      case "DescribeStacks":
        return stackXml(status, { HttpUrl: "https://example.com" }, tagsXml(tags));
      case "GetTemplate":
        return `<TemplateBody>${JSON.stringify(template).replaceAll("<", "&lt;")}</TemplateBody>`;
      default:
        return "";
    }
  });
}

/** What was asked that makes, changes or removes anything. */
function changes({ calls }: FakeAws): readonly string[] {
  return calls.filter((call) =>
    /^PUT |^POST |ChangeSet|DeleteStack|PutParameter|DeleteParameter/.test(call),
  );
}

const architects = (name: string): unknown => ({
  Transform: "AWS::Serverless-2016-10-31",
  Resources: {
    Role: { Type: "AWS::IAM::Role" },
    HTTP: { Type: "AWS::Serverless::HttpApi" },
    GetIndexHTTPLambda: {
      Type: "AWS::Serverless::Function",
      Properties: { Environment: { Variables: { ARC_APP_NAME: name } } },
    },
  },
});

test.each<[string, { readonly [name: string]: string }, unknown, string]>([
  [
    "names another app",
    { "arclet:app": "a_pp" },
    { Resources: {} },
    'The stack AppStaging belongs to the app "a_pp", and this app is "app"',
  ],
  [
    "has no tag",
    {},
    { Resources: { Queue: { Type: "AWS::SQS::Queue" } } },
    "The stack AppStaging was made by neither Arclet nor Architect",
  ],
  [
    "is SAM's, and not Architect's",
    {},
    { Transform: "AWS::Serverless-2016-10-31", Resources: { HTTP: {} } },
    "The stack AppStaging was made by neither Arclet nor Architect",
  ],
  [
    "is Architect's of another app",
    {},
    architects("a_pp"),
    'The stack AppStaging is Architect\'s stack of the app "a_pp", and this app is "app"',
  ],
])("a stack that %s is left alone", async (_what, tags, template, message) => {
  const refusal = {
    code: "ERR_STACK_FOREIGN",
    message,
    hints: expect.arrayContaining([expect.stringContaining("--name NAME")]),
  };
  const aws = await existing(tags, template);
  for (const mode of ["all", "code", "static"] as const)
    await expect(app.deploy({ mode })).rejects.toMatchObject(refusal);
  const manifest = await manifestOf("@app\napp\n\n@http\nget /\n");
  await expect(
    manageEnv({ manifest, stage: "staging", name: null }, { type: "add", name: "AB", value: "1" }),
  ).rejects.toMatchObject(refusal);
  expect(changes(aws)).toEqual([]);
});

test("the shell that a failed first deploy of another app left is not removed", async () => {
  const aws = await existing({ "arclet:app": "other" }, {}, "ROLLBACK_COMPLETE");
  await expect(app.deploy()).rejects.toMatchObject({ code: "ERR_STACK_FOREIGN" });
  expect(changes(aws)).toEqual([]);
});

test("a stack that another app makes meanwhile is left alone", async () => {
  let looks = 0;
  const aws = await app.fake((action): Reply => {
    if (action !== "DescribeStacks") return "";
    looks += 1;
    return looks === 1
      ? noStack
      : stackXml("CREATE_COMPLETE", {}, tagsXml({ "arclet:app": "other" }));
  });
  await expect(app.deploy()).rejects.toMatchObject({ code: "ERR_STACK_FOREIGN" });
  expect(aws.calls.filter((call) => call.includes("ChangeSet"))).toEqual([]);
});

test.each([
  ["true", "production", false, [true]],
  ["true", "production", true, []],
  ["true", "staging", false, []],
  ["false", "production", true, [false]],
] as const)(
  "protect %s on a stack in %s that is protected: %s",
  async (protect, stage, isProtected, expected) => {
    await app.write("app.arc", `@app\napp\n\n@http\nget /\n\n@aws\nprotect ${protect}\n`);
    const aws = await app.fake((action): Reply => {
      switch (action) {
        case "DescribeStacks":
          return stackXml(
            "UPDATE_COMPLETE",
            {},
            `${tagsXml({ "arclet:app": "app" })}<EnableTerminationProtection>${isProtected}</EnableTerminationProtection>`,
          );
        case "CreateChangeSet":
          return "<Id>arn:change-set</Id>";
        case "DescribeChangeSet":
          return "<Status>FAILED</Status><StatusReason>The submitted information didn't contain changes.</StatusReason>";
        case "ListStackResources":
          return `<StackResourceSummaries><member><LogicalResourceId>${functionId}</LogicalResourceId><PhysicalResourceId>index</PhysicalResourceId></member></StackResourceSummaries>`;
        default:
          return "";
      }
    });
    await app.deploy({ stage });
    const switched = aws.bodies
      .map((body) => new URLSearchParams(body))
      .filter((body) => body.get("Action") === "UpdateTerminationProtection")
      .map((body) => body.get("EnableTerminationProtection") === "true");
    expect(switched).toEqual(expected);
  },
);

test("info shows protection and owner", async () => {
  await app.fake((action): Reply =>
    action === "DescribeStacks"
      ? stackXml(
          "UPDATE_COMPLETE",
          {},
          `${tagsXml({ "arclet:app": "a_pp", "arclet:stage": "staging" })}<EnableTerminationProtection>true</EnableTerminationProtection>`,
        )
      : "",
  );
  const manifest = await manifestOf("@app\napp\n\n@http\nget /\n");
  expect(await describeApp({ manifest, stage: "staging", name: null })).toMatchObject({
    app: "a_pp",
    stage: "staging",
    isProtected: true,
  });
});
