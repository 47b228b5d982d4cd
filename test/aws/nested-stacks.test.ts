import { describeApp, destroyApp, rollBack, tailLogs, type DeployPlan } from "@arclet/deploy";
import { expect, test, vi } from "vitest";
import { addRoutesOfBody } from "./http-api-body.ts";
import { residue } from "./residue.ts";
import { ask, createAppFolder, deploy, deployPlan, get, projectOf } from "./deployment.ts";

const silent = { report: () => {} };

// As `deploy` here, an extended template: it says which names the deploy makes.
const planOf = (root: string, resourceLimit: number): Promise<DeployPlan> =>
  deployPlan(root, { resourceLimit, extend: (template) => Promise.resolve(template) });

const says = (text: string): string => `
import { queues } from "@arclet/functions";
export async function handler() {
  console.log("seen by ${text}");
  await queues.publish({ name: "mail", payload: { from: "${text}" } });
  return { statusCode: 200, body: "${text}" };
}
`;

const files = {
  "app.arc": `@app
grows

@aws
protect false

@http
get /
get /mails

@ws

@queues
mail

@scheduled
daily rate(1 day)

@tables
mails
  id *String

@static
`,
  "public/page.txt": "a page",
  "src/http/get-index/index.js": says("one"),
  "src/http/get-mails/index.js": `
import { tables } from "@arclet/functions";
export async function handler() {
  const { mails } = await tables();
  const { Items: items = [] } = await mails.scan({});
  return { statusCode: 200, body: JSON.stringify(items.map(({ id }) => id).sort()) };
}
`,
  "src/queues/mail/index.js": `
import { tables } from "@arclet/functions";
export async function handler({ Records }) {
  const { mails } = await tables();
  for (const { body } of Records) await mails.put({ id: JSON.parse(body).from });
}
`,
  "src/scheduled/daily/index.js": "export const handler = async () => {};\n",
  "src/ws/connect/index.js": "export const handler = async () => ({ statusCode: 200 });\n",
  "src/ws/disconnect/index.js": "export const handler = async () => ({ statusCode: 200 });\n",
  "src/ws/default/index.js": `
import { ws } from "@arclet/functions";
export async function handler(event) {
  const id = event.requestContext.connectionId;
  await ws.send({ id, payload: { echo: JSON.parse(event.body) } });
  return { statusCode: 200 };
}
`,
};

test("an app that grows beyond one stack keeps its URLs, its items and its queue", async () => {
  await using folder = await createAppFolder(files);
  const { result: first } = await deploy(folder.root);
  const { manifest } = await projectOf(folder.root);
  const app = { manifest, stage: "staging", name: null, force: true } as const;
  const mails = async (): Promise<string> => (await get(`${first.httpUrl}/mails`)).body;
  const seesMail = (text: string): Promise<void> =>
    vi.waitFor(async () => expect(await mails()).toContain(text), { timeout: 20_000 });
  try {
    expect((await get(`${first.httpUrl}/`)).body).toBe("one");
    await seesMail("one");
    const before = await describeApp(app);

    const growth = await planOf(folder.root, 0);
    expect(growth.stack).toBe("existing");
    const moved = growth.changes.filter(({ action }) => action === "replace");
    expect(new Set(moved.map(({ data }) => data))).toEqual(new Set(["none"]));
    expect(moved.map(({ label }) => label)).toContain("function http/get-index");

    await folder.write("src/http/get-index/index.js", says("two"));
    const { result: grown } = await deploy(folder.root, { resourceLimit: 0 });
    expect([grown.httpUrl, grown.webSocketUrl]).toEqual([first.httpUrl, first.webSocketUrl]);
    expect(grown.changes.map(({ label }) => label)).toContain("function http/get-index");
    expect((await get(`${first.httpUrl}/`)).body).toBe("two");
    await seesMail("two");
    expect(await mails()).toBe('["one","two"]');
    expect((await get(`${first.httpUrl}/_static/page.txt`)).body).toBe("a page");
    expect(await ask(first.webSocketUrl ?? "", { hello: 1 })).toEqual({ echo: { hello: 1 } });

    const { functions } = await describeApp(app);
    expect(functions.map(({ id }) => id)).toEqual(before.functions.map(({ id }) => id));
    for (const { lambdaName } of functions) expect(lambdaName).toMatch(/^GrowsStaging-[a-z]+-/);

    // The same again changes nothing, also without a limit: what is nested stays nested.
    expect(await planOf(folder.root, 500)).toMatchObject({ hasChanges: false, changes: [] });
    expect((await deploy(folder.root)).result.isChanged).toBe(false);

    await folder.write("src/http/get-index/index.js", says("three"));
    const made = await planOf(folder.root, 500);
    expect(made.changes).toMatchObject([
      { action: "change", label: "function http/get-index", properties: ["Code"] },
    ]);
    await deploy(folder.root);
    expect((await get(`${first.httpUrl}/`)).body).toBe("three");

    const lines: string[] = [];
    await tailLogs(
      {
        ...app,
        functionId: "http/get-index",
        since: 0,
        follow: false,
        signal: AbortSignal.timeout(20_000),
      },
      ({ message }) => lines.push(message),
    );
    expect(lines.join("\n")).toContain("seen by three");

    await rollBack({ ...app, confirm: () => Promise.resolve(true) }, silent);
    expect((await get(`${first.httpUrl}/`)).body).toBe("two");
    const { result: fast } = await deploy(folder.root, { mode: "code" });
    expect(fast.isChanged).toBe(true);
    expect((await get(`${first.httpUrl}/`)).body).toBe("three");
  } finally {
    await destroyApp(app, silent);
  }
  expect(await residue("GrowsStaging")).toEqual([]);
});

test("an app in nested stacks is updated in the steps that AWS takes", async () => {
  await using folder = await createAppFolder(files);
  const { manifest } = await projectOf(folder.root);
  const app = { manifest, stage: "staging", name: null, force: true } as const;
  await deploy(folder.root, { resourceLimit: 0 });
  try {
    const index = (attribute: string): string =>
      `mails\n  ${attribute} *String\n  name by${attribute}\n`;
    await folder.write(
      "app.arc",
      `${files["app.arc"]}\n@tables-indexes\n${index("sender")}${index("subject")}`,
    );
    await folder.write("src/queues/mail/index.js", "export const handler = async () => {};\n");
    const made = await planOf(folder.root, 500);
    expect(made.steps).toHaveLength(2);
    const { events, result } = await deploy(folder.root);
    expect(events.filter(({ type }) => type === "step")).toHaveLength(2);
    expect(result.changes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: "change", label: "table mails" }),
        expect.objectContaining({ action: "change", label: "function queues/mail" }),
      ]),
    );
    expect(await planOf(folder.root, 500)).toMatchObject({ hasChanges: false });
  } finally {
    await destroyApp(app, silent);
  }
});

test("a failure in a nested stack names the function, its line and the reason", async () => {
  await using folder = await createAppFolder(files);
  const { manifest } = await projectOf(folder.root);
  const app = { manifest, stage: "staging", name: null, force: true } as const;
  await deploy(folder.root, { resourceLimit: 0 });
  try {
    await folder.write(
      "src/scheduled/daily/config.arc",
      "@aws\nlayers\n  arn:aws:lambda:us-east-1:000000000000:layer:none:7\n",
    );
    await expect(deploy(folder.root)).rejects.toMatchObject({
      code: "ERR_DEPLOY_FAILED",
      hints: expect.arrayContaining([
        expect.stringMatching(/^function scheduled\/daily \(app\.arc:\d+:\d+\): .*layer/),
      ]),
    });
  } finally {
    await destroyApp(app, silent);
  }
});

test("an app that is big from the start has its routes in its API's body", async () => {
  await using folder = await createAppFolder(files);
  const { manifest } = await projectOf(folder.root);
  const app = { manifest, stage: "staging", name: null, force: true } as const;
  const { result } = await deploy(folder.root, { resourceLimit: 0 });
  try {
    await addRoutesOfBody(result.stackName);
    expect((await get(`${result.httpUrl}/`)).body).toBe("one");
    await vi.waitFor(
      async () => expect((await get(`${result.httpUrl}/mails`)).body).toBe('["one"]'),
      { timeout: 20_000 },
    );
    expect((await get(`${result.httpUrl}/_static/page.txt`)).body).toBe("a page");
    expect(await ask(result.webSocketUrl ?? "", { hello: 1 })).toEqual({ echo: { hello: 1 } });
    expect(await planOf(folder.root, 500)).toMatchObject({ hasChanges: false, changes: [] });
  } finally {
    await destroyApp(app, silent);
  }
  expect(await residue("GrowsStaging")).toEqual([]);
});
