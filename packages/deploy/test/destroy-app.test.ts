import { destroyApp } from "@arclet/deploy";
import { expect, test } from "vitest";
import { manifestOf } from "./apps.ts";
import {
  eventsXml,
  noStack,
  stackXml,
  startFakeAws,
  tagsXml,
  type FakeAws,
  type Reply,
} from "./fake-aws.ts";

const silent = { report: () => {} };
const owned = tagsXml({ "arclet:app": "app" });

/** A stack with one table and the static bucket, as CloudFormation deletes it. */
interface DrillOptions {
  /** Members of the stack besides its tags. */
  readonly stack?: string;
  readonly tags?: string;
  readonly status?: string;
  /** CloudFormation's answer to DeleteStack. */
  readonly deletion?: Reply;
  /** Whether a first deletion fails, because the bucket holds files. */
  readonly isBucketFull?: boolean;
  readonly answer?: (action: string) => Reply | null;
  readonly tables?: (action: string) => unknown;
}

async function drill(options: DrillOptions = {}): Promise<FakeAws> {
  let deletions = 0;
  const isGone = (): boolean => deletions > (options.isBucketFull === true ? 1 : 0);
  return startFakeAws(
    (action): Reply => {
      const answer = options.answer?.(action) ?? null;
      if (answer !== null) return answer;
      switch (action) {
        case "DescribeStacks":
          if (isGone()) return noStack;
          return stackXml(
            deletions > 0 ? "DELETE_FAILED" : (options.status ?? "UPDATE_COMPLETE"),
            {},
            (options.tags ?? owned) + (options.stack ?? ""),
          );
        case "DescribeStackEvents":
          return eventsXml(
            deletions > 0 && options.isBucketFull === true
              ? [
                  {
                    id: "1",
                    logicalId: "StaticBucket",
                    status: "DELETE_FAILED",
                    reason: "not empty",
                  },
                ]
              : [],
          );
        case "ListStackResources":
          return `<StackResourceSummaries>${[
            ["TableX", "AppStaging-TableX", "AWS::DynamoDB::Table"],
            ["StaticBucket", "StaticBucket", "AWS::S3::Bucket"],
          ]
            .map(
              ([logicalId, physicalId, type]) =>
                `<member><LogicalResourceId>${logicalId}</LogicalResourceId><PhysicalResourceId>${physicalId}</PhysicalResourceId><ResourceType>${type}</ResourceType></member>`,
            )
            .join("")}</StackResourceSummaries>`;
        case "DeleteStack":
          if (typeof options.deletion === "object") return options.deletion;
          deletions += 1;
          return "";
        default:
          return "";
      }
    },
    {},
    () => 200,
    options.tables ??
      ((action) =>
        action === "Scan" ? { Items: [{}] } : { Table: { ItemCount: 12, TableSizeBytes: 4096 } }),
  );
}

const app = { stage: "staging", name: null, force: true } as const;
const manifest = await manifestOf("@app\napp\n\n@ws\n");

/** What was sent that cannot be taken back, in order. */
function removals({ calls }: FakeAws): readonly string[] {
  return calls.filter(
    (call) =>
      /Delete(?!ChangeSet)/.test(call) || call.startsWith("POST /") || call.startsWith("DELETE /"),
  );
}

test("a destroy that was interrupted after its stack had gone removes the variables", async () => {
  await using aws = await startFakeAws(() => noStack, { "/arclet/AppStaging/env/A": "1" });
  const options = { manifest, stage: "staging", name: null, force: false } as const;
  await destroyApp(options, silent);
  expect(aws.calls).toContain("SSM DeleteParameter");
  expect(aws.calls).not.toContain("CloudFormation DeleteStack");
});

test("an app that is not deployed cannot be destroyed", async () => {
  await using aws = await startFakeAws(() => noStack);
  const options = { manifest, stage: "staging", name: null, force: true } as const;
  await expect(destroyApp(options, silent)).rejects.toMatchObject({
    code: "ERR_STACK_MISSING",
  });
  expect(aws.calls).not.toContain("CloudFormation DeleteStack");
});

test("the stack goes first, then its table, archives and variables", async () => {
  await using aws = await drill();
  const seen: unknown[] = [];
  await destroyApp(
    {
      ...app,
      manifest,
      confirm: (plan) => {
        seen.push(plan);
        expect(removals(aws)).toEqual([]);
        return Promise.resolve("destroy");
      },
    },
    silent,
  );
  expect(seen).toEqual([
    {
      stackName: "AppStaging",
      region: "us-east-1",
      account: "123456789012",
      resources: 2,
      tables: [
        { name: "AppStaging-TableX", items: 12, bytes: 4096, isEmpty: false, isProtected: false },
      ],
      buckets: [{ name: "StaticBucket", objects: 0, hasMore: false }],
      queues: [],
      variables: [],
    },
  ]);
  expect(removals(aws).slice(0, 2)).toEqual(["CloudFormation DeleteStack", "DynamoDB DeleteTable"]);
});

test("the bucket is emptied once nothing else keeps the stack", async () => {
  await using aws = await drill({ isBucketFull: true });
  await destroyApp({ ...app, manifest }, silent);
  const order = aws.calls.filter(
    (call) =>
      call === "CloudFormation DeleteStack" ||
      call === "DynamoDB DeleteTable" ||
      call.startsWith("GET /StaticBucket"),
  );
  expect(order.map((call) => call.replace(/\?.*/, ""))).toEqual([
    "GET /StaticBucket/",
    "CloudFormation DeleteStack",
    "GET /StaticBucket/",
    "CloudFormation DeleteStack",
    "DynamoDB DeleteTable",
  ]);
});

test.each<[string, DrillOptions, string]>([
  [
    "termination protection",
    { stack: "<EnableTerminationProtection>true</EnableTerminationProtection>" },
    "ERR_STACK_PROTECTED",
  ],
  ["a parent stack", { stack: "<RootId>arn:stack/Root/1</RootId>" }, "ERR_STACK_PROTECTED"],
  [
    "a table's deletion protection",
    { tables: () => ({ Table: { DeletionProtectionEnabled: true } }) },
    "ERR_STACK_PROTECTED",
  ],
  ["another app's tag", { tags: tagsXml({ "arclet:app": "a_pp" }) }, "ERR_STACK_FOREIGN"],
  ["no tag", { tags: "" }, "ERR_STACK_FOREIGN"],
  [
    "a refusal of DeleteStack",
    { deletion: { code: "AccessDenied", message: "not authorized to perform DeleteStack" } },
    "ERR_ACCESS_DENIED",
  ],
])("%s costs no data", async (_what, options, code) => {
  await using aws = await drill(options);
  await expect(destroyApp({ ...app, manifest }, silent)).rejects.toMatchObject({ code });
  expect(removals(aws).filter((call) => call !== "CloudFormation DeleteStack")).toEqual([]);
});

test("an export that another stack uses costs no data", async () => {
  await using aws = await drill({
    answer: (action) => {
      if (action === "ListImports") return "<Imports><member>OtherStack</member></Imports>";
      return action === "DescribeStacks"
        ? stackXml("UPDATE_COMPLETE", {}, owned).replace(
            "<Outputs>",
            "<Outputs><member><OutputKey>A</OutputKey><OutputValue>1</OutputValue><ExportName>shared</ExportName></member>",
          )
        : null;
    },
  });
  await expect(destroyApp({ ...app, manifest }, silent)).rejects.toMatchObject({
    code: "ERR_STACK_PROTECTED",
    message: expect.stringContaining("OtherStack"),
  });
  expect(removals(aws)).toEqual([]);
});

test("data is kept when the stack cannot go for another reason", async () => {
  let isAsked = false;
  await using aws = await drill({
    answer: (action) => {
      if (action === "DeleteStack") isAsked = true;
      if (!isAsked) return null;
      if (action === "DescribeStacks") return stackXml("DELETE_FAILED", {}, owned);
      return action === "DescribeStackEvents"
        ? eventsXml([
            { id: "1", logicalId: "StaticBucket", status: "DELETE_FAILED", reason: "not empty" },
            { id: "2", logicalId: "Role", status: "DELETE_FAILED", reason: "not authorized" },
          ])
        : null;
    },
  });
  await expect(destroyApp({ ...app, manifest }, silent)).rejects.toMatchObject({
    code: "ERR_DEPLOY_FAILED",
    hints: expect.arrayContaining(["Role: not authorized"]),
  });
  expect(removals(aws)).toEqual(["CloudFormation DeleteStack"]);
});

test("a destroy that is not confirmed, or not forced, removes nothing", async () => {
  await using aws = await drill();
  await expect(
    destroyApp({ ...app, manifest, confirm: () => Promise.resolve("cancel") }, silent),
  ).rejects.toMatchObject({ code: "ERR_NOT_CONFIRMED" });
  await expect(destroyApp({ ...app, manifest, force: false }, silent)).rejects.toMatchObject({
    code: "ERR_HOLDS_DATA",
    hints: expect.arrayContaining(["table AppStaging-TableX, about 12 items"]),
  });
  expect(removals(aws)).toEqual([]);
});

test("a backup is whole before anything goes", async () => {
  let looks = 0;
  await using aws = await drill({
    tables: (action) => {
      switch (action) {
        case "Scan":
          return { Items: [{}] };
        case "CreateBackup":
          return { BackupDetails: { BackupArn: "arn:backup", BackupStatus: "CREATING" } };
        case "DescribeBackup":
          looks += 1;
          return {
            BackupDescription: {
              BackupDetails: { BackupStatus: looks < 2 ? "CREATING" : "AVAILABLE" },
            },
          };
        default:
          return { Table: { ItemCount: 1 } };
      }
    },
  });
  const events: unknown[] = [];
  await destroyApp(
    { ...app, manifest, confirm: () => Promise.resolve("back-up-and-destroy") },
    { report: (event) => void events.push(event) },
  );
  expect(events).toContainEqual({
    type: "table-backed-up",
    tableName: "AppStaging-TableX",
    backupArn: "arn:backup",
  });
  expect(aws.calls.lastIndexOf("DynamoDB DescribeBackup")).toBeLessThan(
    aws.calls.indexOf("CloudFormation DeleteStack"),
  );
});

test("a destroy that was interrupted after its stack had gone goes on with the tables", async () => {
  let isRefused = true;
  await using aws = await drill({
    tables: (action) => {
      if (action === "Scan") return { Items: [{}] };
      if (action !== "DeleteTable") return { Table: { ItemCount: 12 } };
      if (!isRefused) return {};
      return { __type: "AccessDeniedException", message: "not authorized" };
    },
  });
  await expect(destroyApp({ ...app, manifest }, silent)).rejects.toMatchObject({
    code: "ERR_ACCESS_DENIED",
  });
  isRefused = false;
  const plans: unknown[] = [];
  await destroyApp(
    {
      ...app,
      manifest,
      confirm: (plan) => {
        plans.push([plan.resources, plan.tables.map(({ name }) => name)]);
        return Promise.resolve("destroy");
      },
    },
    silent,
  );
  expect(plans).toEqual([[0, ["AppStaging-TableX"]]]);
  expect(removals(aws).filter((call) => call.includes("Table"))).toHaveLength(2);
  expect(removals(aws).filter((call) => call.includes("DeleteStack"))).toHaveLength(1);
});

test("nothing is asked or removed while a deploy is still at work", async () => {
  let looks = 0;
  const reported: string[] = [];
  await using aws = await drill({
    answer: (action) => {
      if (action !== "DescribeStacks") return null;
      looks += 1;
      return looks < 3 ? stackXml("UPDATE_IN_PROGRESS", {}, owned) : null;
    },
  });
  await destroyApp({ ...app, manifest }, { report: ({ type }) => void reported.push(type) });
  expect(reported).toContain("waiting");
  const before = aws.calls.slice(0, aws.calls.indexOf("CloudFormation ListStackResources"));
  expect(before.filter((call) => call === "CloudFormation DescribeStacks").length).toBe(3);
  expect(before.filter((call) => call.includes("Delete"))).toEqual([]);
});

test("a destroy that was interrupted waits for its stack, and clears away the rest", async () => {
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
  await destroyApp(options, silent);
  expect(aws.calls).toContain("SSM DeleteParameter");
  expect(aws.calls).not.toContain("CloudFormation DeleteStack");
});
