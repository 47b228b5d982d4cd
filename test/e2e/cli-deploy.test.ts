import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  eventsXml,
  noStack,
  stackXml,
  startFakeAws,
  tagsXml,
  type FakeAws,
  type Reply,
} from "../../packages/deploy/test/fake-aws.ts";
import { functionLogicalId } from "../../packages/deploy/dist/template/logical-ids.js";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const bin = fileURLToPath(new URL("../../packages/cli/bundle/bin.js", import.meta.url));
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
      "error: The deploy of AppStaging failed: the resources it had created were removed again",
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
    expect(deploy.output).toContain("AWS continues what it has begun. Run the same command again");
    expect(aws.calls).not.toContain("CloudFormation CreateChangeSet");
  });
});

/** A deployed app, whose change sets are empty: the fake's answers to what the commands ask. */
function deployedApp(stage: "staging" | "production"): Promise<FakeAws> {
  const stackName = stage === "staging" ? "AppStaging" : "AppProduction";
  return startFakeAws((action): Reply => {
    switch (action) {
      case "DescribeStacks":
        return stackXml(
          "UPDATE_COMPLETE",
          { HttpUrl: "https://example.com" },
          tagsXml({ "arclet:app": "app", "arclet:stage": stage }),
        ).replaceAll("AppStaging", stackName);
      case "GetTemplate":
        return '<TemplateBody>{"Resources":{}}</TemplateBody>';
      case "CreateChangeSet":
        return "<Id>arn:change-set</Id>";
      case "DescribeChangeSet":
        return "<Status>FAILED</Status><StatusReason>The submitted information didn't contain changes.</StatusReason>";
      case "ListStackResources":
        return `<StackResourceSummaries><member><LogicalResourceId>${functionLogicalId("http/get-index")}</LogicalResourceId><PhysicalResourceId>index</PhysicalResourceId></member></StackResourceSummaries>`;
      default:
        return "";
    }
  });
}

describe("--json", () => {
  test("gives results alone on the standard output", async () => {
    await using aws = await deployedApp("staging");
    await using folder = await temporaryFolder(app);
    const json = async (...args: readonly string[]): Promise<unknown> => {
      const { stdout } = await runCli([...args, "--json"], { cwd: folder.path });
      return JSON.parse(stdout);
    };
    expect(await json("info")).toMatchObject({
      stackName: "AppStaging",
      app: "app",
      isProtected: false,
      httpUrl: "https://example.com",
      functions: [{ id: "http/get-index", lambdaName: "index" }],
    });
    expect(await json("env")).toEqual({ names: [] });
    expect(await json("deploy", "--plan")).toMatchObject({
      stackName: "AppStaging",
      account: "123456789012",
      stack: "existing",
      hasChanges: true,
    });
    expect(aws.calls.filter((call) => /^PUT |ChangeSet/.test(call))).toEqual([]);
    expect(await json("deploy")).toEqual({
      stackName: "AppStaging",
      httpUrl: "https://example.com",
      webSocketUrl: null,
      cdnUrl: null,
      dnsRecords: [],
      isChanged: true,
      changes: [],
    });
  });

  test("a failure is text on the standard error", async () => {
    await using aws = await startFakeAws(() => noStack);
    await using folder = await temporaryFolder(app);
    const { code, stdout, output } = await runCli(["info", "--json"], { cwd: folder.path });
    expect(aws.calls).toContain("CloudFormation DescribeStacks");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(output).toContain("error: The stack AppStaging is not deployed");
  });
});

describe("the recipe for GitHub Actions", () => {
  interface Workflow {
    readonly jobs: {
      readonly [name: string]: {
        readonly steps: readonly { readonly run?: string; readonly uses?: string }[];
      };
    };
    readonly permissions: { readonly [scope: string]: string };
  }
  const page = readFileSync(new URL("../../docs/recipes/ci.md", import.meta.url), "utf8");
  const recipe = parse(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "") as Workflow;
  const commands = Object.values(recipe.jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }) => (run?.startsWith("npx arclet ") === true ? [run] : [])),
  );
  /** For pull requests, as the page writes it in a sentence. */
  const plan = /`(npx arclet deploy [^`]*--plan[^`]*)`/.exec(page)?.[1] ?? "";

  test("asks for a token, and names actions with a version", () => {
    expect(recipe.permissions).toEqual({ "id-token": "write", contents: "read" });
    for (const { uses } of Object.values(recipe.jobs).flatMap(({ steps }) => steps))
      if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
  });

  test("has commands that run", async () => {
    await using aws = await deployedApp("production");
    await using folder = await temporaryFolder(app);
    expect(commands).toHaveLength(2);
    expect(plan).not.toBe("");
    for (const command of [...commands, plan]) {
      // As the runner does it, with this workspace's arclet in the place of the installed one.
      const script = command.replace("npx arclet", `"${process.execPath}" "${bin}"`);
      const shell = spawn("bash", ["-e", "-c", script], { cwd: folder.path, stdio: "ignore" });
      const [code] = await once(shell, "close");
      expect([command, code]).toEqual([command, 0]);
    }
    expect(aws.calls).toContain("CloudFormation DescribeStacks");
  });
});

test.each([
  [["deploy", "--plan", "--fast"], "Give only one of --plan, --dry-run"],
  [["deploy", "http/get-index"], "name functions only together with --fast"],
  [["deploy", "--direct", "src/http/none"], "The app has no function src/http/none"],
  [["deploy", "--tags", "team"], '"team" must be a name, an equals sign and a value'],
  [["env", "-e", "testing"], "Write them to .env"],
  [["logs", "--destroy"], "arclet logs does not delete logs"],
] as const)("%j is explained", async (args, message) => {
  await using aws = await deployedApp("staging");
  await using folder = await temporaryFolder(app);
  const { code, output } = await runCli(args, { cwd: folder.path });
  expect(code).toBe(1);
  expect(aws.calls).toEqual([]);
  expect(output).toContain(message);
});

test("Architect's flags are taken", async () => {
  await using aws = await deployedApp("staging");
  await using folder = await temporaryFolder(app);
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, output } = await runCli(args, { cwd: folder.path });
    expect([args, code, output]).toEqual([args, 0, output]);
    return output;
  };
  await run("deploy", "--eject", "--no-hydrate");
  expect(aws.calls).toEqual([]);
  expect(await run("deploy", "--prune", "--verbose", "--tags", "team=web", "cost=42")).toContain(
    "unchanged http/get-index",
  );
  const created = aws.bodies.map((body) => new URLSearchParams(body));
  const changeSet = created.find((body) => body.get("Action") === "CreateChangeSet");
  expect([...(changeSet?.values() ?? [])]).toEqual(expect.arrayContaining(["team", "web", "42"]));
  await run("deploy", "--direct", "src/http/get-index");
  await run("env", "-e", "staging");
});
