import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { describeApp, destroyApp } from "@arclet/deploy";
import { expect, test } from "vitest";
import { createAppFolder, deploy, deployPlan, projectOf } from "./deployment.ts";

const handler = "export const handler = async () => ({ statusCode: 200 });\n";

test("what a team asks for is deployed, and nothing is left of it", async () => {
  await using folder = await createAppFolder({
    "app.arc": `@app
team

@aws
logRetention 7
tracing true
deadLetters true
tags
  team chat

@http
get /

@cors
origins https://a.example

@events
sold
`,
    "src/http/get-index/index.js": handler,
    "src/events/sold/index.js": handler,
  });
  const { result } = await deploy(folder.root, { tags: { owner: "me" } });
  const { manifest } = await projectOf(folder.root);
  const app = { manifest, stage: "staging", name: null, force: true } as const;
  const stacks = new CloudFormationClient({});
  const logs = new CloudWatchLogsClient({});
  const functions = new LambdaClient({});
  try {
    const { Stacks: [stack] = [] } = await stacks.send(
      new DescribeStacksCommand({ StackName: result.stackName }),
    );
    expect(stack?.Tags).toEqual(
      expect.arrayContaining([
        { Key: "team", Value: "chat" },
        { Key: "owner", Value: "me" },
        { Key: "arclet:app", Value: "team" },
      ]),
    );
    expect(stack?.Outputs?.map(({ OutputKey }) => OutputKey)).toContain("FailedEvents");
    const { logGroups = [] } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: `/aws/lambda/${result.stackName}/` }),
    );
    expect(logGroups.length).toBeGreaterThan(0);
    for (const group of logGroups) expect(group).toMatchObject({ retentionInDays: 7 });
    const { functions: deployed } = await describeApp(app);
    const { lambdaName } = deployed.find(({ id }) => id === "http/get-index") ?? {};
    expect(
      await functions.send(new GetFunctionConfigurationCommand({ FunctionName: lambdaName })),
    ).toMatchObject({ TracingConfig: { Mode: "Active" } });
    // A deploy without a tag takes it away, which its plan says.
    const made = await deployPlan(folder.root);
    expect(made).toMatchObject({
      tags: [{ name: "owner", from: "me", to: null }],
      changes: [],
      hasChanges: true,
    });
    // The same again changes nothing.
    expect((await deploy(folder.root, { tags: { owner: "me" } })).result.isChanged).toBe(false);
  } finally {
    for (const client of [stacks, logs, functions]) client.destroy();
    await destroyApp(app, { report: () => {} });
  }
});
