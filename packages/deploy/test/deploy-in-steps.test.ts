import { createArchiver } from "@arclet/builder";
import { planApp, type Template } from "@arclet/deploy";
import { readProject } from "@arclet/manifest/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { functionLogicalId, tableLogicalId } from "../src/template/logical-ids.ts";
import { eventsXml, noStack, stackXml, type FakeAws, type Reply } from "./fake-aws.ts";
import { createTemporaryApp, type TemporaryApp } from "./temporary-app.ts";

let app: TemporaryApp;

beforeEach(async () => {
  app = await createTemporaryApp();
});

afterEach(() => app[Symbol.asyncDispose]());

const table = "@app\napp\n\n@http\nget /\n\n@tables\ncats\n  id *String\n";
const indexed = `${table}\n@tables-indexes\ncats\n  owner *String\ncats\n  colour *String\n`;
const id = tableLogicalId("cats");

/** The template that the project makes, with nothing deployed. */
async function made(manifest: string): Promise<Template> {
  await app.write("app.arc", manifest);
  await app.fake(() => noStack, { "/arclet/AppStaging/env/WORD": "old" });
  const { project } = await readProject(app.root);
  if (project === null) throw new Error("no project");
  let template: Template | null = null;
  await planApp(
    {
      project,
      built: app.built(project),
      archiver: createArchiver(),
      stage: "staging",
      name: null,
      extend: (one) => {
        template = one;
        return Promise.resolve(one);
      },
    },
    { report: () => {} },
  );
  if (template === null) throw new Error("no template");
  return template;
}

function stack(template: Template, timeToLive: string = "ENABLED"): Promise<FakeAws> {
  const change = `<Changes><member><ResourceChange><Action>Modify</Action><Replacement>False</Replacement><LogicalResourceId>${id}</LogicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType></ResourceChange></member></Changes>`;
  return app.fake(
    (action): Reply => {
      switch (action) {
        case "DescribeStacks":
          return stackXml("UPDATE_COMPLETE");
        case "GetTemplate":
          return `<TemplateBody>${JSON.stringify(template).replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</TemplateBody>`;
        case "CreateChangeSet":
          return "<Id>arn:change-set</Id>";
        case "DescribeChangeSet":
          return `<Status>CREATE_COMPLETE</Status>${change}`;
        case "ListStackResources":
          return `<StackResourceSummaries><member><LogicalResourceId>${functionLogicalId("http/get-index")}</LogicalResourceId><PhysicalResourceId>index</PhysicalResourceId></member><member><LogicalResourceId>${id}</LogicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType><PhysicalResourceId>App-cats</PhysicalResourceId></member></StackResourceSummaries>`;
        case "DescribeStackEvents":
          return eventsXml([]);
        default:
          return "";
      }
    },
    { "/arclet/AppStaging/env/WORD": "new" },
    undefined,
    () => ({ TimeToLiveDescription: { TimeToLiveStatus: timeToLive } }),
  );
}

/** Of each update: the indexes of the table, and what becomes of the variable. */
function updates({ bodies }: FakeAws): readonly unknown[] {
  return bodies
    .map((body) => new URLSearchParams(body))
    .filter((body) => body.get("Action") === "CreateChangeSet")
    .map((body) => {
      const template = JSON.parse(body.get("TemplateBody") ?? "") as Template;
      const indexes = template.Resources[id]?.Properties?.["GlobalSecondaryIndexes"] ?? [];
      return [
        (indexes as readonly { readonly IndexName: string }[]).map(({ IndexName }) => IndexName),
        body.get("Parameters.member.1.UsePreviousValue") ??
          body.get("Parameters.member.1.ParameterValue"),
      ];
    });
}

test("two new indexes are two updates, the first on top of the deployed template", async () => {
  const before = await made(table);
  await app.write("app.arc", indexed);
  const aws = await stack(before);
  const { changes } = await app.deploy();
  expect(updates(aws)).toEqual([
    [["owner-index"], "true"],
    [["owner-index", "colour-index"], "new"],
  ]);
  expect(app.events.filter(({ type }) => type === "step")).toEqual([
    {
      type: "step",
      number: 1,
      count: 2,
      texts: ["table cats: create index owner-index"],
    },
    {
      type: "step",
      number: 2,
      count: 2,
      texts: ["table cats: create index colour-index"],
    },
  ]);
  expect(changes.map(({ logicalId }) => logicalId)).toEqual([id]);
});

test("the loss of data is confirmed before the first update", async () => {
  const before = await made(`${table}dogs\n  id *String\n`);
  await app.write("app.arc", indexed);
  const aws = await stack(before);
  await expect(
    app.deploy({ confirm: (changes) => Promise.resolve(changes.length === 0) }),
  ).rejects.toMatchObject({ code: "ERR_NOT_CONFIRMED" });
  expect(updates(aws)).toEqual([]);
});

test("what AWS would refuse half-way is refused before anything is sent", async () => {
  const before = await made(`${table}  expires TTL\n`);
  await app.write("app.arc", `${table}  gone TTL\n`);
  const aws = await stack(before);
  await expect(app.deploy()).rejects.toMatchObject({
    code: "ERR_UPDATE_REFUSED",
    message: expect.stringContaining("table cats (app.arc:8:1)"),
  });
  expect(aws.calls.filter((call) => /^PUT |Create|Execute/.test(call))).toEqual([]);
});

test("a time to live whose last change is in work is not changed again", async () => {
  const before = await made(`${table}  expires TTL\n`);
  await app.write("app.arc", table);
  const aws = await stack(before, "ENABLING");
  await expect(app.deploy()).rejects.toMatchObject({
    code: "ERR_UPDATE_REFUSED",
    message: expect.stringContaining("table cats (app.arc:8:1) is still ENABLING"),
  });
  expect(aws.calls.filter((call) => /^PUT |Create|Execute/.test(call))).toEqual([]);
  await using later = await stack(before, "ENABLED");
  await app.deploy();
  expect(updates(later)).toHaveLength(1);
  expect(later.calls).toContain("DynamoDB DescribeTimeToLive");
});
