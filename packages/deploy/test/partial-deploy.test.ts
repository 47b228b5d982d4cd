import { afterEach, beforeEach, expect, test } from "vitest";
import { functionLogicalId } from "../src/template/logical-ids.ts";
import { noStack, stackXml, type FakeAws, type Reply } from "./fake-aws.ts";
import { createTemporaryApp, type TemporaryApp } from "./temporary-app.ts";

let app: TemporaryApp;

beforeEach(async () => {
  app = await createTemporaryApp();
});

afterEach(() => app[Symbol.asyncDispose]());

const functionId = functionLogicalId("http/get-index");

/** A stack with outputs and resources, given by their logical ids. */
function deployed(resources: readonly string[]): Promise<FakeAws> {
  const members = resources.map(
    (id) =>
      `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${id}</PhysicalResourceId></member>`,
  );
  return app.fake((action): Reply => {
    if (action === "DescribeStacks")
      return stackXml("UPDATE_COMPLETE", { HttpUrl: "https://example.com" });
    return `<StackResourceSummaries>${members.join("")}</StackResourceSummaries>`;
  });
}

/** What was sent, of what could change anything. */
function changes({ calls }: FakeAws): readonly string[] {
  return calls.filter((call) => call.startsWith("PUT ") || call.includes("ChangeSet"));
}

test("--fast brings code without CloudFormation", async () => {
  const aws = await deployed([functionId]);
  expect(await app.deploy({ mode: "code" })).toEqual({
    stackName: "AppStaging",
    httpUrl: "https://example.com",
    webSocketUrl: null,
    cdnUrl: null,
    dnsRecords: [],
    isChanged: true,
    changes: [],
  });
  expect(changes(aws)).toEqual([`PUT /2015-03-31/functions/${functionId}/code`]);
});

test.each(["code", "static"] as const)(
  "an app that is not deployed cannot update its %s alone",
  async (mode) => {
    const aws = await app.fake(() => noStack);
    await expect(app.deploy({ mode })).rejects.toMatchObject({ code: "ERR_STACK_MISSING" });
    expect(changes(aws)).toEqual([]);
  },
);

test("--static needs the bucket of a whole deploy", async () => {
  const aws = await deployed([functionId]);
  await expect(app.deploy({ mode: "static" })).rejects.toMatchObject({
    code: "ERR_STACK_MISSING",
    message: "AppStaging has no bucket for static files",
  });
  expect(changes(aws)).toEqual([]);
});

test("--fast leaves new functions to a whole deploy", async () => {
  const aws = await deployed([]);
  await expect(app.deploy({ mode: "code" })).rejects.toMatchObject({
    code: "ERR_FUNCTION_UNKNOWN",
    message: "http/get-index has not been deployed yet",
  });
  expect(changes(aws)).toEqual([]);
});

test("--fast leaves provisioned concurrency to a whole deploy", async () => {
  await app.write("app.arc", "@app\napp\n\n@http\nget /\n\n@aws\nprovisionedConcurrency 1\n");
  const aws = await deployed([functionId]);
  await expect(app.deploy({ mode: "code" })).rejects.toMatchObject({
    code: "ERR_NEEDS_FULL_DEPLOY",
  });
  expect(changes(aws)).toEqual([]);
});
