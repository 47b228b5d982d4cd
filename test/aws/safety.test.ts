import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateTerminationProtectionCommand,
  waitUntilStackCreateComplete,
} from "@aws-sdk/client-cloudformation";
import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { describeApp, destroyApp, rollBack, tailLogs, type DestroyPlan } from "@arclet/deploy";
import { expect, test } from "vitest";
import {
  createAppFolder,
  deploy,
  get,
  getStaticFile,
  deployPlan,
  projectOf,
  type AppFolder,
} from "./deployment.ts";
import { residue } from "./residue.ts";

const silent = { report: () => {} };
const page = (text: string): string =>
  `export const handler = async () => ({ statusCode: 200, body: "${text}" });\n`;

function appNamed(name: string): Promise<AppFolder> {
  return createAppFolder({
    "app.arc": `@app\n${name}\n\n@http\nget /hello\n\n@tables\nnotes\n  id *String\n`,
    "src/http/get-hello/index.js": page("one"),
    "public/index.html": "<h1>one</h1>",
  });
}

async function targetOf(root: string) {
  return { manifest: (await projectOf(root)).manifest, stage: "staging", name: null } as const;
}

/** Puts an item into the table of the stack, and gives how many there are. */
async function itemsOf(table: string, put: boolean): Promise<number> {
  const client = new DynamoDBClient({});
  if (put) await client.send(new PutItemCommand({ TableName: table, Item: { id: { S: "1" } } }));
  return (await client.send(new ScanCommand({ TableName: table }))).Count ?? 0;
}

async function planOf(app: Parameters<typeof destroyApp>[0]): Promise<DestroyPlan> {
  let found: DestroyPlan | null = null;
  await expect(
    destroyApp(
      {
        ...app,
        force: true,
        confirm: (plan) => {
          found = plan;
          return Promise.resolve("cancel");
        },
      },
      silent,
    ),
  ).rejects.toMatchObject({ code: "ERR_NOT_CONFIRMED" });
  if (found === null) throw new Error("no plan");
  return found;
}

test("a refused destroy costs nothing, and one that is allowed leaves nothing", async () => {
  await using folder = await appNamed("drill");
  await deploy(folder.root);
  const app = { ...(await targetOf(folder.root)), force: true };
  const plan = await planOf(app);
  const [table] = plan.tables;
  expect(plan).toMatchObject({
    stackName: "DrillStaging",
    tables: [{ isEmpty: true, isProtected: false }],
    buckets: [{ objects: 1, hasMore: false }],
  });
  const name = table?.name ?? "";
  expect(await itemsOf(name, true)).toBe(1);
  expect((await planOf(app)).tables[0]?.isEmpty).toBe(false);

  const client = new CloudFormationClient({});
  const protect = (isProtected: boolean): Promise<unknown> =>
    client.send(
      new UpdateTerminationProtectionCommand({
        StackName: "DrillStaging",
        EnableTerminationProtection: isProtected,
      }),
    );
  await protect(true);
  expect((await describeApp(app)).isProtected).toBe(true);
  await expect(destroyApp(app, silent)).rejects.toMatchObject({ code: "ERR_STACK_PROTECTED" });
  expect(await itemsOf(name, false)).toBe(1);
  expect((await getStaticFile("DrillStaging", "index.html")).body).toBe("<h1>one</h1>");
  await protect(false);

  await destroyApp(app, silent);
  expect(await residue("DrillStaging")).toEqual([]);
});

test("a destroy that was interrupted after the stack had gone is continued", async () => {
  await using folder = await appNamed("broken-off");
  await deploy(folder.root);
  const app = { ...(await targetOf(folder.root)), force: true };
  const [table] = (await planOf(app)).tables;
  // As if the process ended when the stack had gone.
  await expect(
    destroyApp(app, {
      report: ({ type }) => {
        if (type === "table-deleted") throw new Error("ended");
      },
    }),
  ).rejects.toThrow("ended");
  await expect(describeApp(app)).rejects.toMatchObject({ code: "ERR_STACK_MISSING" });
  expect(table).toBeDefined();
  await destroyApp(app, silent);
  expect(await residue("BrokenOffStaging")).toEqual([]);
});

test("a stack of another app is left alone, whatever is asked", async () => {
  await using mine = await appNamed("same-name");
  await using other = await appNamed("same_name");
  await deploy(mine.root);
  const refusal = { code: "ERR_STACK_FOREIGN" };
  await expect(deploy(other.root)).rejects.toMatchObject(refusal);
  await expect(deploy(other.root, { mode: "code" })).rejects.toMatchObject(refusal);
  const app = { ...(await targetOf(other.root)), force: true };
  await expect(destroyApp(app, silent)).rejects.toMatchObject(refusal);
  await expect(
    rollBack({ ...app, confirm: () => Promise.resolve(true) }, silent),
  ).rejects.toMatchObject(refusal);
  await expect(
    tailLogs(
      { ...app, functionId: null, since: 0, follow: false, signal: AbortSignal.timeout(10_000) },
      () => {},
    ),
  ).rejects.toMatchObject(refusal);
  expect((await describeApp(app)).app).toBe("same-name");
  const beside = await deploy(other.root, { name: "mine" });
  expect(beside.result.stackName).toBe("SameNameStagingMine");
  await destroyApp({ ...app, name: "mine" }, silent);
  await destroyApp({ ...(await targetOf(mine.root)), force: true }, silent);

  const client = new CloudFormationClient({});
  await client.send(
    new CreateStackCommand({
      StackName: "SameNameStaging",
      TemplateBody: JSON.stringify({ Resources: { Queue: { Type: "AWS::SQS::Queue" } } }),
    }),
  );
  await waitUntilStackCreateComplete({ client, maxWaitTime: 60 }, { StackName: "SameNameStaging" });
  await expect(deploy(mine.root)).rejects.toMatchObject({
    ...refusal,
    message: "The stack SameNameStaging was made by neither Arclet nor Architect",
  });
  const { Stacks: [stack] = [] } = await client.send(
    new DescribeStacksCommand({ StackName: "SameNameStaging" }),
  );
  expect(stack?.StackStatus).toBe("CREATE_COMPLETE");
  await client.send(new DeleteStackCommand({ StackName: "SameNameStaging" }));
});

test("a plan sees each kind of change, and a rollback takes one deploy back", async () => {
  await using folder = await appNamed("planned");
  const { root, write } = folder;
  expect(await deployPlan(root)).toMatchObject({ stack: "new", hasChanges: true });
  expect(await residue("PlannedStaging")).toEqual([]);
  const { result } = await deploy(root);
  expect(await deployPlan(root)).toMatchObject({ changes: [], hasChanges: false });

  await write("src/http/get-hello/index.js", page("two"));
  await write("public/index.html", "<h1>two</h1>");
  expect(await deployPlan(root)).toMatchObject({
    changes: [{ action: "change", label: "function http/get-hello", properties: ["Code"] }],
    staticFiles: { put: ["index.html"], delete: [] },
  });
  await deploy(root);
  const app = await targetOf(root);
  const back = (): Promise<unknown> =>
    rollBack({ ...app, confirm: () => Promise.resolve(true) }, silent);
  const seen = async (): Promise<readonly string[]> => [
    (await get(`${result.httpUrl}/hello`)).body,
    (await getStaticFile("PlannedStaging", "index.html")).body,
  ];
  expect(await seen()).toEqual(["two", "<h1>two</h1>"]);
  await back();
  expect(await seen()).toEqual(["one", "<h1>one</h1>"]);
  await back();
  expect(await seen()).toEqual(["two", "<h1>two</h1>"]);

  await write("src/http/get-hello/index.js", page("three"));
  await deploy(root, { mode: "code" });
  expect((await seen())[0]).toBe("three");
  await back();
  expect((await seen())[0]).toBe("two");

  await write("app.arc", "@app\nplanned\n\n@http\nget /hello\n\n@tables\nnotes\n  key *String\n");
  expect((await deployPlan(root)).changes).toContainEqual(
    expect.objectContaining({ action: "replace", label: "table notes", data: "kept" }),
  );
  await destroyApp({ ...app, force: true }, silent);
  expect(await residue("PlannedStaging")).toEqual([]);
});
