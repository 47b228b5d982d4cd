import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import { synthesize, type Template } from "@arclet/deploy";
import type { Manifest } from "@arclet/manifest";
import { readProject } from "@arclet/manifest/node";
import { expect, test } from "vitest";

/** AWS's own resource specification. */
const specification = loadAwsServiceSpecSync();

const everything = `@app
all

@aws
provisionedConcurrency 1

@http
get /
get /cats/:id
any /api/*

@ws
shout

@tables
cats
  id *String
  at **Number
  expires TTL
  encrypt true
  pitr true
notes
  id *String

@tables-indexes
cats
  owner *String
  name byOwner

@tables-streams
cats

@events
adopted

@queues
mail
bulk
  fifo false

@scheduled
daily rate(1 day)
noon cron(0 12 * * ? *)

@static

@cdn
`;

async function manifestOf(text: string): Promise<Manifest> {
  const root = await mkdtemp(join(tmpdir(), "arclet-synthesize-"));
  try {
    await writeFile(join(root, "app.arc"), text);
    const { project, diagnostics } = await readProject(root);
    if (project === null) throw new Error(JSON.stringify(diagnostics));
    return project.manifest;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function templateOf(manifest: Manifest, key = "functions/0.zip", hasStaticFiles = true): Template {
  return synthesize(manifest, {
    stage: "staging",
    stackName: "AllStaging",
    assets: manifest.functions.map(({ id }) => ({
      functionId: id,
      handler: "index.handler",
      bucket: "artifacts",
      key,
    })),
    environmentNames: ["SECRET"],
    hasStaticFiles,
    webSocketAccessLogs: true,
  }).template;
}

const manifests: readonly (readonly [string, string])[] = [
  ["every pragma", everything],
  ["sockets only", "@app\necho\n\n@ws\n"],
  ["static files only", "@app\nsite\n\n@static\nspa true\n"],
  [
    "a proxy",
    "@app\nfront\n\n@http\nget /\n\n@proxy\ntesting http://localhost:1\nstaging https://example.com\nproduction https://example.com\n",
  ],
];

test.each(manifests)("the stack of %s is as AWS's specification says", async (_name, text) => {
  const { Resources: resources } = templateOf(await manifestOf(text));
  expect(Object.keys(resources).length).toBeGreaterThan(0);
  for (const [id, { Type: type, Properties: properties = {} }] of Object.entries(resources)) {
    const definition = specification
      .lookup("resource", "cloudFormationType", "equals", type)
      .only();
    const unknown = Object.keys(properties).filter((name) => !(name in definition.properties));
    const missing = Object.entries(definition.properties)
      .filter(([name, { required }]) => required === true && !(name in properties))
      .map(([name]) => name);
    expect({ id, unknown, missing }).toEqual({ id, unknown: [], missing: [] });
  }
});

const cfnLint =
  process.env["ARCLET_TEST_CFN_LINT"] ??
  fileURLToPath(new URL("../../../.cache/aws/bin/cfn-lint", import.meta.url));

// `npm run test:aws` installs it.
test.skipIf(!existsSync(cfnLint)).each(manifests)(
  "cfn-lint finds nothing in %s",
  async (_name, text) => {
    const folder = await mkdtemp(join(tmpdir(), "arclet-lint-"));
    try {
      const file = join(folder, "template.json");
      await writeFile(file, JSON.stringify(templateOf(await manifestOf(text))));
      const { stdout } = await promisify(execFile)(cfnLint, [
        "--regions",
        "us-east-1",
        "--",
        file,
      ]).catch((error: unknown) => error as { readonly stdout: string });
      expect(stdout).toBe("");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

test("a new route adds resources and moves no logical id", async () => {
  const before = templateOf(await manifestOf("@app\necho\n\n@ws\n"));
  const after = templateOf(await manifestOf("@app\necho\n\n@ws\nshout\n"));
  const ids = Object.keys(after.Resources);
  expect(Object.keys(before.Resources).filter((id) => !ids.includes(id))).toEqual([]);
  expect(ids.length).toBeGreaterThan(Object.keys(before.Resources).length);
  expect(after.Resources["WebSocketStage"]?.Properties).toMatchObject({ AutoDeploy: true });
});

test("new code changes nothing but the code", async () => {
  const manifest = await manifestOf("@app\necho\n\n@ws\n");
  const before = templateOf(manifest);
  const after = templateOf(manifest, "functions/1.zip");
  expect(Object.keys(after.Resources)).toEqual(Object.keys(before.Resources));
  const changed = Object.keys(after.Resources).filter(
    (id) => JSON.stringify(after.Resources[id]) !== JSON.stringify(before.Resources[id]),
  );
  expect(changed.map((id) => after.Resources[id]?.Type)).toEqual(
    manifest.functions.map(() => "AWS::Lambda::Function"),
  );
});

test("tables outlive their stack", async () => {
  const { Resources: resources } = templateOf(await manifestOf(everything));
  const tables = Object.values(resources).filter(({ Type }) => Type === "AWS::DynamoDB::Table");
  expect(
    tables.map(({ DeletionPolicy, UpdateReplacePolicy }) => [DeletionPolicy, UpdateReplacePolicy]),
  ).toEqual([
    ["Retain", "Retain"],
    ["Retain", "Retain"],
  ]);
});

test("an app with more than 500 resources is refused with advice", async () => {
  const routes = Array.from({ length: 120 }, (_, index) => `get /r${index}`).join("\n");
  const manifest = await manifestOf(`@app\nlarge\n\n@http\n${routes}\n`);
  expect(() => templateOf(manifest)).toThrow(
    expect.objectContaining({ code: "ERR_TEMPLATE_LIMIT", isUserError: true }),
  );
});
