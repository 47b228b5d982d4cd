import { readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { manageEnv, type DeployOptions } from "@arclet/deploy";
import { afterEach, beforeEach, expect, test } from "vitest";
import { functionLogicalId } from "../src/template/logical-ids.ts";
import { manifestOf } from "./apps.ts";
import { eventsXml, noStack, stackXml, type Reply } from "./fake-aws.ts";
import { createTemporaryApp, type TemporaryApp } from "./temporary-app.ts";

let app: TemporaryApp;

beforeEach(async () => {
  app = await createTemporaryApp();
});

afterEach(() => app[Symbol.asyncDispose]());

const functionId = functionLogicalId("http/get-index");
const changeXml = `<Changes><member><ResourceChange><Action>Add</Action><LogicalResourceId>${functionId}</LogicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType></ResourceChange></member></Changes>`;

test("a deploy that another one overtakes compares again", async () => {
  let executions = 0;
  let isMade = false;
  const aws = await app.fake((action): Reply => {
    switch (action) {
      case "DescribeStacks":
        return isMade ? stackXml("CREATE_COMPLETE") : stackXml("REVIEW_IN_PROGRESS");
      case "CreateChangeSet":
        return "<Id>arn:change-set</Id>";
      case "DescribeChangeSet":
        return `<Status>CREATE_COMPLETE</Status>${changeXml}`;
      case "DescribeStackEvents":
        return eventsXml([]);
      case "ExecuteChangeSet":
        executions += 1;
        isMade = true;
        return executions === 1
          ? { code: "ChangeSetNotFound", message: "ChangeSet [arn:change-set] does not exist" }
          : "";
      default:
        return "";
    }
  });
  expect((await app.deploy()).isChanged).toBe(true);
  expect(app.events.map(({ type }) => type)).toContain("overtaken");
  const creations = aws.bodies
    .map((body) => new URLSearchParams(body))
    .filter((body) => body.get("Action") === "CreateChangeSet");
  // The other deploy had made the stack meanwhile.
  expect(creations.map((body) => body.get("ChangeSetType"))).toEqual(["CREATE", "UPDATE"]);
  // AWS takes a call for the one that it has had, when its answer was lost and it is repeated.
  const tokens = aws.bodies
    .map((body) => new URLSearchParams(body))
    .filter((body) => /^(Create|Execute)ChangeSet$/.test(body.get("Action") ?? ""))
    .map((body) => body.get("ClientToken") ?? body.get("ClientRequestToken"));
  expect(tokens).toHaveLength(4);
  expect(new Set(tokens).size).toBe(4);
});

test("a deploy that is overtaken again and again gives up", async () => {
  const aws = await app.fake((action): Reply => {
    if (action === "DescribeStacks") return stackXml("UPDATE_COMPLETE");
    return action === "CreateChangeSet"
      ? {
          code: "ValidationError",
          message:
            "Stack:arn:stack/AppStaging/1 is in UPDATE_IN_PROGRESS state and can not be updated.",
        }
      : "";
  });
  await expect(app.deploy()).rejects.toMatchObject({ code: "ERR_STACK_BUSY", isUserError: true });
  expect(aws.calls.filter((call) => call === "CloudFormation ExecuteChangeSet")).toEqual([]);
});

test("after an interruption a deploy reports the running update, waits for it, and continues", async () => {
  let looks = 0;
  const aws = await app.fake((action): Reply => {
    switch (action) {
      case "DescribeStacks":
        looks += 1;
        return stackXml(looks < 4 ? "UPDATE_IN_PROGRESS" : "UPDATE_COMPLETE");
      case "DescribeStackEvents":
        return eventsXml([
          { id: "1", logicalId: "AppStaging", status: "UPDATE_IN_PROGRESS" },
          ...(looks < 3 ? [] : [{ id: "2", logicalId: functionId, status: "UPDATE_COMPLETE" }]),
        ]);
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
  expect((await app.deploy()).isChanged).toBe(true);
  expect(app.events.filter(({ type }) => type === "waiting" || type === "resource")).toEqual([
    { type: "waiting", stackName: "AppStaging", status: "UPDATE_IN_PROGRESS" },
    expect.objectContaining({ logicalId: functionId, status: "UPDATE_COMPLETE" }),
  ]);
  expect(aws.calls).toContain("CloudFormation DeleteChangeSet");
  // CloudFormation takes the code for deployed, and Lambda runs another: `--fast` was there between.
  expect(app.events).toContainEqual({ type: "code-updated", functionId: "http/get-index" });
});

test.each([
  [
    "UPDATE_ROLLBACK_COMPLETE",
    "The deploy of AppStaging failed: everything was rolled back to the previous version",
    [],
  ],
  [
    "UPDATE_ROLLBACK_FAILED",
    "The deploy of AppStaging failed: the stack is in UPDATE_ROLLBACK_FAILED",
    [
      "Let the rollback finish: aws cloudformation continue-update-rollback --stack-name AppStaging",
    ],
  ],
])(
  "a failure that ends in %s is reported by line, without the cancelled resources",
  async (end, message, advice) => {
    let isDone = false;
    await app.fake((action): Reply => {
      switch (action) {
        case "DescribeStacks":
          return stackXml(isDone ? end : "UPDATE_COMPLETE");
        case "CreateChangeSet":
          return "<Id>arn:change-set</Id>";
        case "DescribeChangeSet":
          return `<Status>CREATE_COMPLETE</Status>${changeXml}`;
        case "ExecuteChangeSet":
          isDone = true;
          return "";
        case "DescribeStackEvents":
          return eventsXml([
            {
              id: "0",
              logicalId: functionId,
              status: "UPDATE_FAILED",
              reason: "of an older deploy",
            },
            ...(isDone
              ? [
                  {
                    id: "1",
                    logicalId: functionId,
                    status: "UPDATE_FAILED",
                    reason: "no such layer",
                  },
                  {
                    id: "2",
                    logicalId: "HttpApi",
                    status: "UPDATE_FAILED",
                    reason: "Resource update cancelled",
                  },
                  {
                    id: "3",
                    logicalId: "AppStaging",
                    status: "UPDATE_ROLLBACK_IN_PROGRESS",
                    reason: "The following resource(s) failed",
                  },
                ]
              : []),
          ]);
        default:
          return "";
      }
    });
    await expect(app.deploy()).rejects.toMatchObject({
      code: "ERR_DEPLOY_FAILED",
      message,
      hints: ["function http/get-index (app.arc:5:1): no such layer", ...advice],
    });
  },
);

test("errors that CloudFormation finds before it begins are reported by line", async () => {
  await app.fake((action): Reply => {
    switch (action) {
      case "DescribeStacks":
        return noStack;
      case "CreateChangeSet":
        return "<Id>arn:change-set</Id>";
      case "DescribeChangeSet":
        return "<Status>FAILED</Status><StatusReason>The following validations failed: AWS::EarlyValidation::PropertyValidation. Use the DescribeEvents API.</StatusReason>";
      case "DescribeEvents":
        return `<OperationEvents><member><LogicalResourceId>${functionId}</LogicalResourceId><ValidationStatus>FAILED</ValidationStatus><ValidationStatusReason>#/MemorySize is not an integer</ValidationStatusReason></member></OperationEvents>`;
      default:
        return "";
    }
  });
  await expect(app.deploy()).rejects.toMatchObject({
    code: "ERR_CHANGE_SET",
    hints: ["function http/get-index (app.arc:5:1): #/MemorySize is not an integer"],
  });
});

test.each([
  ["ROLLBACK_FAILED", /arclet destroy/],
  ["UPDATE_ROLLBACK_FAILED", /continue-update-rollback --stack-name AppStaging/],
])("a stack in %s is reported with a remedy", async (status, hint) => {
  await app.fake((action) => (action === "DescribeStacks" ? stackXml(status) : ""));
  await expect(app.deploy()).rejects.toMatchObject({
    code: "ERR_STACK_STUCK",
    hints: [expect.stringMatching(hint)],
  });
});

test("secrets reach CloudFormation as parameters alone", async () => {
  const aws = await app.fake(
    (action): Reply => {
      if (action === "DescribeStacks") return noStack;
      return action === "CreateChangeSet" ? { code: "ValidationError", message: "no" } : "";
    },
    { "/arclet/AppStaging/env/API_KEY": "hunter2-hunter2" },
  );
  await expect(app.deploy()).rejects.toMatchObject({ code: "ERR_CHANGE_SET" });
  const sent = aws.bodies.filter((body) => body.includes("hunter2-hunter2"));
  expect(sent).toHaveLength(1);
  const parameters = new URLSearchParams(sent[0]);
  expect(parameters.get("Parameters.member.1.ParameterValue")).toBe("hunter2-hunter2");
  expect(parameters.get("TemplateBody")).not.toContain("hunter2");
  expect(JSON.stringify(app.events)).not.toContain("hunter2");
});

test("a dry run reaches nothing, and writes no secret of .env", async () => {
  await app.write(".env", "API_KEY=hunter2-hunter2\n");
  const aws = await app.fake(() => "");
  await app.deploy({ mode: "dry-run" });
  expect(aws.calls).toEqual([]);
  const template = await readFile(join(app.root, ".arclet/deploy/staging/template.json"), "utf8");
  expect(template + JSON.stringify(app.events)).not.toContain("hunter2");
  const { Resources: resources } = JSON.parse(template) as {
    Resources: { [id: string]: { Properties: { Code: { S3Key: string } } } };
  };
  // Archives lie where the template says that they are in the bucket.
  const key = resources[functionId]?.Properties.Code.S3Key ?? "";
  const archive = await readFile(join(app.root, ".arclet/deploy/staging", key));
  expect(archive.subarray(0, 2).toString()).toBe("PK");
});

test("variables that are together too long for Lambda are refused before anything is made", async () => {
  const aws = await app.fake(() => "", {
    "/arclet/AppStaging/env/A": "a".repeat(3000),
    "/arclet/AppStaging/env/B": "b".repeat(3000),
  });
  await expect(app.deploy()).rejects.toMatchObject({ code: "ERR_TEMPLATE_LIMIT" });
  expect(aws.calls.toSorted()).toEqual([
    "CloudFormation DescribeStacks",
    "SSM GetParametersByPath",
    "STS GetCallerIdentity",
  ]);
});

test("a function above 250 MB is refused by name", async () => {
  await app.write("built/model.bin", "");
  // A hole: it takes no room on the disk.
  await truncate(join(app.root, "built/model.bin"), 251 * 1024 * 1024);
  await expect(app.deploy({ mode: "dry-run" })).rejects.toMatchObject({
    code: "ERR_PACKAGE_TOO_LARGE",
    message: "http/get-index has 252 MB unzipped, and Lambda allows 250 MB",
  });
});

test("what would become of data is asked before, and a no changes nothing", async () => {
  const change = (action: string, type: string, more = ""): string =>
    `<member><ResourceChange><Action>${action}</Action><LogicalResourceId>${type}</LogicalResourceId>` +
    `<PhysicalResourceId>old-${type}</PhysicalResourceId><ResourceType>AWS::${type}</ResourceType>${more}</ResourceChange></member>`;
  const changes = [
    change("Remove", "DynamoDB::Table"),
    change("Modify", "DynamoDB::Table", "<Replacement>True</Replacement>"),
    change("Modify", "SQS::Queue", "<Replacement>Conditional</Replacement>"),
    change("Remove", "S3::Bucket", "<PolicyAction>Retain</PolicyAction>"),
    change("Remove", "RDS::DBCluster", "<PolicyAction>Snapshot</PolicyAction>"),
    change("Modify", "S3::Bucket", "<Replacement>False</Replacement>"),
    change("Remove", "Lambda::Function"),
  ].join("");
  const aws = await app.fake((action): Reply => {
    switch (action) {
      case "DescribeStacks":
        return stackXml("UPDATE_COMPLETE");
      case "CreateChangeSet":
        return "<Id>arn:change-set</Id>";
      case "DescribeChangeSet":
        return `<Status>CREATE_COMPLETE</Status><Changes>${changes}</Changes>`;
      default:
        return "";
    }
  });
  const asked: unknown[] = [];
  const confirm: DeployOptions["confirm"] = (risky) => {
    asked.push(...risky.map(({ action, type, data }) => [action, type, data]));
    return Promise.resolve(false);
  };
  await expect(app.deploy({ confirm })).rejects.toMatchObject({ code: "ERR_NOT_CONFIRMED" });
  expect(asked).toEqual([
    ["remove", "AWS::DynamoDB::Table", "kept"],
    ["replace", "AWS::DynamoDB::Table", "kept"],
    ["maybe-replace", "AWS::SQS::Queue", "deleted"],
    ["remove", "AWS::S3::Bucket", "kept"],
    ["remove", "AWS::RDS::DBCluster", "deleted"],
  ]);
  expect(aws.calls.filter((call) => call.includes("ChangeSet"))).toEqual([
    "CloudFormation CreateChangeSet",
    "CloudFormation DescribeChangeSet",
    "CloudFormation DescribeChangeSet",
    "CloudFormation DeleteChangeSet",
  ]);
});

test("a variable that is too long for Lambda is refused when it is set", async () => {
  const aws = await app.fake(() => "");
  const manifest = await manifestOf("@app\napp\n\n@http\nget /\n");
  const set = (name: string, value: string): Promise<readonly string[]> =>
    manageEnv({ manifest, stage: "staging", name: null }, { type: "add", name, value });
  await expect(set("LONG", "a".repeat(4097))).rejects.toMatchObject({ code: "ERR_TEMPLATE_LIMIT" });
  for (const name of ["AWS_REGION", "ARC_ENV", "1", "A-B", "A"])
    await expect(set(name, "x")).rejects.toMatchObject({ code: "ERR_ENVIRONMENT_NAME" });
  expect(aws.calls).toEqual([]);
  await set("FINE_1", "x");
  expect(aws.calls).toContain("SSM PutParameter");
});
