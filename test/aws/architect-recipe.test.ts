import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { destroyApp } from "@arclet/deploy";
import { expect, test } from "vitest";
import { architectFunctions, projectWith } from "../compat/architect-app.ts";
import { expectGuestbook } from "../compat/guestbook.ts";
import { CliProcess } from "../helpers/cli-process.ts";
import { freePort } from "../helpers/free-port.ts";
import { filesOfPage } from "../pages/page-files.ts";
import { createArchitectStack, physicalIds } from "./architect/architect-stack.ts";
import { adaptedTemplate, architectProgram } from "./architect/architect-template.ts";
import { deploy, deployPlan, projectOf } from "./deployment.ts";
import { residue } from "./residue.ts";

const files = filesOfPage("recipes/from-architect.md");
const createGuestbook = async (): ReturnType<typeof projectWith> =>
  projectWith(files, await architectFunctions(8));

test("before the move, Architect's own sandbox runs the guestbook of the recipe", async () => {
  await using project = await createGuestbook();
  const { scripts } = JSON.parse(files["package.json"] ?? "") as { scripts: { start: string } };
  const args = scripts.start.split(" ").slice(1);
  const { node, bin } = architectProgram();
  await using sandbox = new CliProcess([...args, "--port", String(await freePort())], {
    cwd: project.path,
    node,
    bin,
    env: {
      ARC_HOST: "127.0.0.1",
      ARC_EVENTS_PORT: String(await freePort()),
      ARC_TABLES_PORT: String(await freePort()),
      ARC_INTERNAL_PORT: String(await freePort()),
    },
  });
  const [, url = ""] = await sandbox.waitFor(/(http:\/\/\S+:\d+)[\s\S]*Local environment ready/);
  expect(sandbox.output).toContain("Architect 12");
  await expectGuestbook(url);
});

test("the deployed guestbook of the recipe keeps its entries", async () => {
  await using project = await createGuestbook();
  const root = project.path;
  const stackName = "GuestbookStaging";
  await createArchitectStack(root, stackName);
  const before = await physicalIds(stackName);
  const table = before.get("EntriesTable") ?? "";
  const dynamo = new DynamoDBClient({});
  await dynamo.send(new PutItemCommand({ TableName: table, Item: { id: { S: "Ada" } } }));

  const extend: Parameters<typeof deployPlan>[1] = {
    extend: (given) => Promise.resolve(adaptedTemplate(given)),
  };
  const plan = await deployPlan(root, extend);
  expect(plan.stack).toBe("adopted");
  expect(plan.changes.filter(({ data }) => data !== "none")).toEqual([]);
  await deploy(root, { ...extend, confirmAdoption: () => Promise.resolve(true) });

  const after = await physicalIds(stackName);
  for (const id of ["EntriesTable", "ReadersTable", "SignedEventTopic", "HTTP", "WS"])
    expect([id, after.get(id)]).toEqual([id, before.get(id)]);
  const kept = await dynamo.send(
    new GetItemCommand({ TableName: table, Key: { id: { S: "Ada" } } }),
  );
  expect(kept.Item).toEqual({ id: { S: "Ada" } });

  const { manifest } = await projectOf(root);
  const app = { manifest, stage: "staging", name: null, force: true } as const;
  await destroyApp(app, { report: () => {} });
  // Architect made a bucket without files; what the manifest does not have stays in AWS.
  expect(await residue(stackName)).toEqual(["s3"]);
});
