import { createRuntime, type Runtime, type RuntimeApp } from "@arclet/runtime";
import { generateEvent } from "@arclet/runtime/generate-event";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { manifestOf } from "../../packages/deploy/test/apps.ts";
import { openEvents } from "./every-source.ts";

const appText = (region: string): string => `@app
everywhere

@aws
region ${region}

@http
get /

@ws

@ws-settings
authorizer src/ws/authorizer

@events
daily

@queues
jobs

@scheduled
tick rate(1 day)

@tables
cats
  id *String

@tables-streams
cats
`;

/** Names of regions in a text, each once. */
function regionsIn(text: string): readonly string[] {
  const names = text.match(/\b(?:us|eu|ap|cn|sa|ca|af|me|il|mx)-(?:[a-z]+-)+\d\b/g);
  return [...new Set(names)].toSorted();
}

test.each([
  ["eu-south-1", "arn:aws:"],
  ["cn-north-1", "arn:aws-cn:"],
  ["us-gov-west-1", "arn:aws-us-gov:"],
])("%s reaches the events of every local service", async (region, prefix) => {
  const events = await openEvents(await manifestOf(appText(region)));
  expect(Object.keys(events)).toEqual(["events", "queues", "scheduled", "tables-streams"]);
  for (const [kind, text] of Object.entries(events)) {
    expect([kind, regionsIn(text)]).toEqual([kind, [region]]);
    expect([kind, new Set(text.match(/arn:aws[a-z-]*:/g))]).toEqual([kind, new Set([prefix])]);
  }
});

test("@aws region reaches the events that `arclet invoke` writes", async () => {
  const manifest = await manifestOf(appText("eu-south-1"));
  for (const declared of manifest.functions) {
    const event = generateEvent(manifest, declared, { host: "localhost:3333", now: 0 });
    const expected = /arn:/.test(event) ? ["eu-south-1"] : [];
    expect([declared.id, regionsIn(event)]).toEqual([declared.id, expected]);
  }
});

const code = `export const handler = async (event, context) => ({
  arn: context.invokedFunctionArn,
  method: event.methodArn,
  region: process.env.AWS_REGION,
  older: process.env.AWS_DEFAULT_REGION,
  names: [process.env.ARC_EVENTS, process.env.ARC_QUEUES, process.env.ARC_TABLES],
});`;

async function appIn(region: string, root: string): Promise<RuntimeApp> {
  const manifest = await manifestOf(appText(region));
  const entry = join(root, "index.mjs");
  const functions = manifest.functions
    .filter(({ id }) => id === "http/get-index")
    .map(({ id: functionId, config }) => ({
      functionId,
      config,
      env: {},
      build: {
        ok: true as const,
        built: {
          functionId,
          directory: root,
          sourceDirectory: root,
          handler: "index.handler",
          entry,
          format: "esm" as const,
          hash: "1",
          inputs: [],
        },
      },
    }));
  return { root, manifest, functions };
}

async function answerOf(runtime: Runtime): Promise<unknown> {
  const result = await runtime.invoker.invoke("http/get-index", "{}");
  return result.ok ? JSON.parse(result.payload) : result;
}

test("@aws region reaches a function's environment and context, and a reload changes it", async () => {
  const root = await mkdtemp(join(tmpdir(), "arclet-region-"));
  await writeFile(join(root, "index.mjs"), code);
  const runtime = await createRuntime({ app: await appIn("eu-south-1", root), port: 0 });
  onTestFinished(async () => {
    await runtime.close();
    await rm(root, { recursive: true });
  });
  for (const region of ["eu-south-1", "ca-west-1"]) {
    await runtime.update(await appIn(region, root));
    const answer = await answerOf(runtime);
    expect(answer).toMatchObject({
      region,
      older: region,
      arn: `arn:aws:lambda:${region}:123456789012:function:everywhere-testing-http-get-index`,
    });
    expect(regionsIn(JSON.stringify(answer))).toEqual([region]);
  }
});
