import { createArchiver } from "@arclet/builder";
import { planApp, type DeployPlan } from "@arclet/deploy";
import { readProject } from "@arclet/manifest/node";
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

async function plan(): Promise<DeployPlan> {
  const { project, diagnostics } = await readProject(app.root);
  if (project === null) throw new Error(JSON.stringify(diagnostics));
  const built = app.built(project);
  return planApp(
    { project, built, archiver: createArchiver(), stage: "staging", name: null },
    { report: () => {} },
  );
}

/** What was asked that could make, change or remove anything. */
function writes({ calls }: FakeAws): readonly string[] {
  return calls.filter((call) => !/^(?:GET|HEAD) |^\w+ (?:Get|List|Describe|Scan)/.test(call));
}

function deployed(template: unknown, status = "UPDATE_COMPLETE"): Promise<FakeAws> {
  return app.fake(
    (action): Reply => {
      switch (action) {
        case "DescribeStacks":
          return stackXml(status);
        case "GetTemplate":
          return `<TemplateBody>${JSON.stringify(template).replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</TemplateBody>`;
        case "ListStackResources":
          return `<StackResourceSummaries><member><LogicalResourceId>${functionId}</LogicalResourceId><PhysicalResourceId>index</PhysicalResourceId></member></StackResourceSummaries>`;
        default:
          return "";
      }
    },
    { "/arclet/AppStaging/env/WORD": "new" },
  );
}

test("the plan of a first deploy adds everything, and sends nothing", async () => {
  const aws = await app.fake(() => noStack);
  const found = await plan();
  expect(found).toMatchObject({ stack: "new", hasChanges: true, code: [], variables: [] });
  expect(new Set(found.changes.map(({ action }) => action))).toEqual(new Set(["add"]));
  expect(found.changes.map(({ logicalId }) => logicalId)).toContain(functionId);
  expect(writes(aws)).toEqual([]);
});

test("code of --fast and variables set since are seen beside an unchanged template", async () => {
  // The template that a first deploy would make, but for the variable.
  await app.fake(() => noStack, { "/arclet/AppStaging/env/WORD": "old" });
  let template: unknown = null;
  const { project } = await readProject(app.root);
  if (project === null) throw new Error("no project");
  await planApp(
    {
      project,
      built: app.built(project),
      archiver: createArchiver(),
      stage: "staging",
      name: null,
      extend: (made) => {
        template = made;
        return Promise.resolve(made);
      },
    },
    { report: () => {} },
  );
  const aws = await deployed(template);
  const found = await plan();
  expect(found).toMatchObject({
    stack: "existing",
    changes: [],
    outputs: [],
    tags: [],
    protection: null,
    // The fake's Lambda runs "another" code, and knows no variable.
    code: ["http/get-index"],
    variables: ["WORD"],
    hasChanges: true,
  });
  expect(writes(aws)).toEqual([]);
});

test("a stack that takes no update is refused before anything is sent", async () => {
  const aws = await app.fake((action): Reply => {
    if (action === "DescribeStacks")
      return stackXml(
        "UPDATE_ROLLBACK_FAILED",
        {},
        "<Tags><member><Key>arclet:app</Key><Value>app</Value></member></Tags>",
      );
    return "";
  });
  await expect(plan()).rejects.toMatchObject({
    code: "ERR_STACK_STUCK",
    hints: [expect.stringContaining("continue-update-rollback")],
  });
  expect(writes(aws)).toEqual([]);
});

test("what a deploy would refuse, its plan refuses", async () => {
  const aws = await app.fake((action): Reply => {
    if (action === "DescribeStacks")
      return stackXml(
        "UPDATE_COMPLETE",
        {},
        "<Tags><member><Key>arclet:app</Key><Value>a</Value></member></Tags>",
      );
    return "";
  });
  await expect(plan()).rejects.toMatchObject({ code: "ERR_STACK_FOREIGN" });
  expect(writes(aws)).toEqual([]);
});
