import { once } from "node:events";
import { describe, expect, test } from "vitest";
import {
  eventsXml,
  noStack,
  stackXml,
  startFakeAws,
  type Reply,
} from "../../packages/deploy/test/fake-aws.ts";
import { functionLogicalId } from "../../packages/deploy/dist/template/logical-ids.js";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const app = {
  "app.arc": "@app\napp\n\n@http\nget /\n",
  "src/http/get-index/index.mjs": "export const handler = async () => ({ statusCode: 200 });\n",
};

describe("arclet deploy", () => {
  test("tells why CloudFormation failed, with the line, and no stack of calls", async () => {
    const logicalId = functionLogicalId("http/get-index");
    let isDone = false;
    await using aws = await startFakeAws((action): Reply => {
      switch (action) {
        case "DescribeStacks":
          return isDone ? stackXml("ROLLBACK_COMPLETE") : noStack;
        case "CreateChangeSet":
          return "<Id>arn:change-set</Id>";
        case "DescribeChangeSet":
          return `<Status>CREATE_COMPLETE</Status><Changes><member><ResourceChange><Action>Add</Action><LogicalResourceId>${logicalId}</LogicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType></ResourceChange></member></Changes>`;
        case "ExecuteChangeSet":
          isDone = true;
          return "";
        case "DescribeStackEvents":
          return eventsXml(
            isDone
              ? [
                  { id: "1", logicalId, status: "CREATE_FAILED", reason: "no such layer" },
                  { id: "2", logicalId: "AppStaging", status: "ROLLBACK_IN_PROGRESS" },
                ]
              : [],
          );
        default:
          return "";
      }
    });
    await using folder = await temporaryFolder(app);
    const { code, output } = await runCli(["deploy"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(output).toContain(
      "error: The deploy of AppStaging failed; what it had made was removed again",
    );
    expect(output).toContain("\n  function http/get-index (app.arc:5:1): no such layer\n");
    expect(output).not.toMatch(/^\s+at /m);
    expect(aws.calls).toContain("CloudFormation ExecuteChangeSet");
  });

  test("Ctrl-C tells that AWS goes on", async () => {
    await using aws = await startFakeAws((action): Reply => {
      if (action === "DescribeStacks") return stackXml("UPDATE_IN_PROGRESS");
      return action === "DescribeStackEvents" ? eventsXml([]) : "";
    });
    await using folder = await temporaryFolder(app);
    const deploy = new CliProcess(["deploy"], { cwd: folder.path });
    await deploy.waitFor(/AppStaging is in UPDATE_IN_PROGRESS; waiting for it/);
    deploy.child.kill("SIGINT");
    const [code] = await once(deploy.child, "close");
    expect(code).toBe(130);
    expect(deploy.output).toContain("What AWS has begun goes on: run the same command again");
    expect(aws.calls).not.toContain("CloudFormation CreateChangeSet");
  });
});
