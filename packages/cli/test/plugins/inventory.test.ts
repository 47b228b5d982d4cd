import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../../test/helpers/temporary-folder.ts";
import type { Inventory } from "../../src/plugins/inventory.ts";
import { readPluggedProject } from "../../src/plugins/plugged-project.ts";

const handler = "exports.handler = async () => {};\n";

const manifest = `@app
shop

@aws
region eu-west-1
memory 256

@plugins
look

@http
get /
/items/:id
  method post

@queues
mail
  fifo false
  batchSize 5
log

@scheduled
daily rate(1 day)
weekly
  cron 0 8 ? * MON *
  timezone Europe/Berlin

@tables
items
  id *String
  made **Number
  gone TTL
  PointInTimeRecovery true

@tables-indexes
items
  owner *String
  projection title price
  name byOwner

@tables-streams
items

@proxy
testing http://localhost:9
staging https://staging.example.com
production https://example.com
`;

/** What a plugin of an app finds when its functions are described to it. */
async function inventoryOf(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly root: string; readonly inventory: Inventory }> {
  await using folder = await temporaryFolder({
    ...files,
    "src/plugins/look.cjs": `exports.set = { env: ({ inventory }) => {
      globalThis.seenInventory = inventory;
    } };\n`,
  });
  const { plugged, diagnostics } = await readPluggedProject(folder.path);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(plugged).not.toBeNull();
  const seen = globalThis as typeof globalThis & { seenInventory?: Inventory };
  const { seenInventory } = seen;
  delete seen.seenInventory;
  if (seenInventory === undefined) throw new Error("the plugin was not called");
  return { root: folder.path, inventory: seenInventory };
}

const app = {
  "app.arc": manifest,
  "preferences.arc": `@env
testing
  GREETING good morning
@sandbox
ports
  http 3999
@sandbox-start
npm run css
@look
colour blue
`,
  "src/http/get-index/index.js": handler,
  "src/http/post-items-000id/index.mjs": "export const handler = async () => {};\n",
  "src/http/post-items-000id/config.arc": "@aws\ntimeout 9\n",
  "src/queues/mail/index.js": handler,
  "src/queues/log/index.js": handler,
  "src/scheduled/daily/index.js": handler,
  "src/scheduled/weekly/index.js": handler,
  "src/tables-streams/items/index.js": handler,
};

test("functions have what their pragma says of them", async () => {
  const { root, inventory } = await inventoryOf(app);
  const { get } = inventory;
  expect(get["http"]?.("post /items/:id")).toMatchObject({
    method: "post",
    path: "/items/:id",
    handlerFile: join(root, "src/http/post-items-000id/index.mjs"),
    handlerModuleSystem: "esm",
    configFile: join(root, "src/http/post-items-000id/config.arc"),
    config: { timeout: 9, memory: 256, concurrency: "unthrottled" },
  });
  expect(get["http"]?.("get /")).toMatchObject({ handlerModuleSystem: "cjs", configFile: null });
  expect(get["queues"]?.("mail")).toMatchObject({ fifo: false, batchSize: 5, batchWindow: null });
  expect(get["queues"]?.("log")).toMatchObject({ fifo: null, batchSize: null });
  expect(get["scheduled"]?.("daily")).toMatchObject({
    rate: { expression: "1 day", value: 1, interval: "day" },
    cron: null,
    timezone: null,
  });
  expect(get["scheduled"]?.("weekly")).toMatchObject({
    rate: null,
    cron: { expression: "0 8 ? * MON *", minutes: 0, hours: 8, dayOfWeek: "MON" },
    timezone: "Europe/Berlin",
  });
  expect(get["tables-streams"]?.("items")).toMatchObject({ table: "items" });
});

test("tables and indexes are of Architect's shapes", async () => {
  const { inventory } = await inventoryOf(app);
  expect(inventory.get["tables"]?.("items")).toEqual({
    name: "items",
    partitionKey: "id",
    partitionKeyType: "String",
    sortKey: "made",
    sortKeyType: "Number",
    stream: true,
    ttl: "gone",
    encrypt: null,
    pitr: true,
    PointInTimeRecovery: true,
  });
  expect(inventory.get["tables-indexes"]?.("items")).toEqual([
    {
      name: "items",
      partitionKey: "owner",
      partitionKeyType: "String",
      sortKey: null,
      sortKeyType: null,
      indexName: "byOwner",
      projectionType: "INCLUDE",
      projectionAttributes: ["title", "price"],
    },
  ]);
});

test("the project has its preferences, its manifest's text and what answers at the root", async () => {
  const { root, inventory } = await inventoryOf(app);
  const { _project: project, aws, proxy } = inventory.inv;
  expect(project.preferences).toMatchObject({
    env: { testing: { GREETING: "good morning" }, staging: null },
    sandbox: { ports: { http: 3999 } },
    "sandbox-start": ["npm run css"],
    look: { colour: "blue" },
  });
  expect(project.localPreferencesFile).toBe(join(root, "preferences.arc"));
  expect(project.env.local).toEqual(project.preferences?.["env"]);
  expect(project.manifest).toBe(join(root, "app.arc"));
  expect(project.raw).toBe(manifest);
  expect(project.rootHandler).toBe("proxy");
  expect(project.defaultFunctionConfig).toMatchObject({ memory: 256, timeout: 5 });
  expect(aws).toMatchObject({ region: "eu-west-1", memory: 256, layers: null });
  expect(proxy).toMatchObject({ testing: "http://localhost:9" });
  expect(inventory.inv.plugins).toHaveProperty("look");
});

test("a plugin adds indexes to tables of the manifest and of its own", async () => {
  await using folder = await temporaryFolder({
    "app.arc": "@app\nshop\n\n@plugins\nmore\n\n@tables\nitems\n  id *String\n",
    "src/plugins/more.cjs": `exports.set = {
      tables: () => ({ name: "own", partitionKey: "id", partitionKeyType: "string", pitr: true }),
      "tables-indexes": () => [
        { name: "items", partitionKey: "owner", partitionKeyType: "string", indexName: "byOwner" },
        {
          name: "own",
          partitionKey: "kind",
          partitionKeyType: "string",
          sortKey: "made",
          sortKeyType: "number",
          projectionType: "KEYS_ONLY",
        },
      ],
    };\n`,
  });
  const { plugged, diagnostics } = await readPluggedProject(folder.path);
  expect(diagnostics).toEqual([]);
  expect(plugged?.project.manifest.tables).toMatchObject([
    {
      name: "items",
      partitionKey: { name: "id", type: "S" },
      indexes: [{ name: "byOwner", partitionKey: { name: "owner" }, projection: "all" }],
    },
    {
      name: "own",
      pointInTimeRecovery: true,
      indexes: [{ sortKey: { name: "made", type: "N" }, projection: "keys" }],
    },
  ]);
});

test("a plugin configures its functions, and a config.arc beside the code wins", async () => {
  await using folder = await temporaryFolder({
    "app.arc": "@app\nshop\n\n@plugins\nmore\n",
    "lib/page/index.js": handler,
    "lib/page/config.arc": "@aws\ntimeout 9\n",
    "lib/job/index.js": handler,
    "src/plugins/more.cjs": `exports.set = {
      http: () => ({
        method: "get",
        path: "/page",
        src: "lib/page",
        config: { timeout: 20, memory: 512, views: false },
      }),
      events: () => ({ name: "job", src: "lib/job", config: { timeout: 60, colour: "red" } }),
    };\n`,
  });
  const { plugged, diagnostics } = await readPluggedProject(folder.path);
  expect(diagnostics.map(({ severity, text }) => `${severity}: ${text}`)).toEqual([
    'warning: @aws has no setting "colour", which is ignored',
  ]);
  expect(plugged?.project.functions).toMatchObject([
    { id: "http/get-page", config: { timeout: 9, memory: 512, views: false } },
    { id: "events/job", config: { timeout: 60 } },
  ]);
});
