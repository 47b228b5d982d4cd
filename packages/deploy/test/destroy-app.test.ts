import { destroyApp } from "@arclet/deploy";
import { expect, test } from "vitest";
import { manifestOf } from "./apps.ts";
import { eventsXml, noStack, stackXml, startFakeAws, type Reply } from "./fake-aws.ts";

test("a destroy that was interrupted after its stack had gone removes the variables", async () => {
  const manifest = await manifestOf("@app\napp\n\n@ws\n");
  await using aws = await startFakeAws(() => noStack, { "/arclet/AppStaging/env/A": "1" });
  const options = { manifest, stage: "staging", name: null, force: false } as const;
  await destroyApp(options, { report: () => {} });
  expect(aws.calls).toContain("SSM DeleteParameter");
  expect(aws.calls).not.toContain("CloudFormation DeleteStack");
});

test("what is not deployed cannot be destroyed", async () => {
  const manifest = await manifestOf("@app\napp\n\n@ws\n");
  await using aws = await startFakeAws(() => noStack);
  const options = { manifest, stage: "staging", name: null, force: true } as const;
  await expect(destroyApp(options, { report: () => {} })).rejects.toMatchObject({
    code: "ERR_STACK_MISSING",
  });
  expect(aws.calls).not.toContain("CloudFormation DeleteStack");
});

test("nothing is removed while a deploy is still at work", async () => {
  const manifest = await manifestOf("@app\napp\n\n@ws\n");
  let looks = 0;
  let isDeleted = false;
  const waited: string[] = [];
  await using aws = await startFakeAws((action): Reply => {
    switch (action) {
      case "DescribeStacks":
        if (isDeleted) return noStack;
        looks += 1;
        return stackXml(looks < 3 ? "UPDATE_IN_PROGRESS" : "UPDATE_COMPLETE");
      case "DescribeStackEvents":
        return eventsXml([]);
      case "ListStackResources":
        return `<StackResourceSummaries><member><LogicalResourceId>TableX</LogicalResourceId><PhysicalResourceId>AppStaging-TableX</PhysicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType></member></StackResourceSummaries>`;
      case "DeleteStack":
        isDeleted = true;
        return "";
      default:
        return "";
    }
  });
  await destroyApp(
    { manifest, stage: "staging", name: null, force: true },
    { report: ({ type }) => void waited.push(type) },
  );
  expect(waited).toContain("waiting");
  const before = aws.calls.slice(0, aws.calls.indexOf("CloudFormation ListStackResources"));
  expect(before.filter((call) => call === "CloudFormation DescribeStacks").length).toBe(3);
  expect(before).not.toContain("DynamoDB DeleteTable");
  // The table of the stack, which the manifest does not have.
  const deletions = aws.calls.filter((call) => call.includes("Delete"));
  expect(deletions.slice(0, 2)).toEqual(["DynamoDB DeleteTable", "CloudFormation DeleteStack"]);
});

test("a destroy that was interrupted waits for its stack, and clears away the rest", async () => {
  const manifest = await manifestOf("@app\napp\n\n@ws\n");
  let looks = 0;
  await using aws = await startFakeAws(
    (action): Reply => {
      if (action === "DescribeStackEvents") return eventsXml([]);
      if (action !== "DescribeStacks") return "";
      looks += 1;
      return stackXml(looks < 2 ? "DELETE_IN_PROGRESS" : "DELETE_COMPLETE");
    },
    { "/arclet/AppStaging/env/A": "1" },
  );
  const options = { manifest, stage: "staging", name: null, force: false } as const;
  await destroyApp(options, { report: () => {} });
  expect(aws.calls).toContain("SSM DeleteParameter");
  expect(aws.calls).not.toContain("CloudFormation DeleteStack");
});

test("a stack that was never whole has its bucket emptied too", async () => {
  const manifest = await manifestOf("@app\napp\n\n@ws\n");
  let isDeleted = false;
  await using aws = await startFakeAws((action): Reply => {
    switch (action) {
      case "DescribeStacks":
        return isDeleted ? noStack : stackXml("ROLLBACK_FAILED");
      case "DescribeStackEvents":
        return eventsXml([]);
      case "ListStackResources":
        return "<StackResourceSummaries><member><LogicalResourceId>StaticBucket</LogicalResourceId><PhysicalResourceId>app-files</PhysicalResourceId><ResourceType>AWS::S3::Bucket</ResourceType></member></StackResourceSummaries>";
      case "DeleteStack":
        isDeleted = true;
        return "";
      default:
        return "";
    }
  });
  const options = { manifest, stage: "staging", name: null } as const;
  const silent = { report: () => {} };
  await expect(destroyApp({ ...options, force: false }, silent)).rejects.toMatchObject({
    code: "ERR_HOLDS_DATA",
  });
  expect(aws.calls.filter((call) => call.includes("Delete"))).toEqual([]);
  await destroyApp({ ...options, force: true }, silent);
  const emptied = aws.calls.findIndex((call) => call.startsWith("GET /app-files/?list-type=2"));
  expect(emptied).toBeGreaterThan(0);
  expect(aws.calls.indexOf("CloudFormation DeleteStack")).toBeGreaterThan(emptied);
});
