import { describeApp, destroyApp, type DeployEvent } from "@arclet/deploy";
import { expect, test } from "vitest";
import { createAppFolder, deploy, get, projectOf } from "./deployment.ts";
import { residue } from "./residue.ts";

const answer = (text: string): string =>
  `export const handler = async () => ({ statusCode: 200, body: ${JSON.stringify(text)} });\n`;
const missingLayer = "arn:aws:lambda:us-east-1:000000000000:layer:nothing-here:1";
const manifest = (app: string): string =>
  `@app\n${app}\n\n@http\nget /\nget /cats\n\n@tables\nnotes\n  id *String\n`;
const target = async (root: string) =>
  ({ manifest: (await projectOf(root)).manifest, stage: "staging", name: null }) as const;
const silent = { report: () => {} };

test("a failed change is rolled back, told with its line, and mended by the next deploy", async () => {
  await using folder = await createAppFolder({
    "app.arc": manifest("failing"),
    "src/http/get-index/index.js": answer("one"),
    "src/http/get-cats/index.js": answer("cats"),
  });
  const { root, write } = folder;
  const { result } = await deploy(root);

  await write("src/http/get-index/index.js", answer("two"));
  await write("src/http/get-cats/config.arc", `@aws\nlayers\n  ${missingLayer}\n`);
  const events: DeployEvent[] = [];
  await expect(deploy(root, {}, events)).rejects.toMatchObject({
    code: "ERR_DEPLOY_FAILED",
    message: "The deploy of FailingStaging failed; everything was rolled back to what ran before",
    hints: [expect.stringMatching(/^function http\/get-cats \(app\.arc:6:1\): .*layer/i)],
  });
  expect(events.map(({ type }) => type)).toContain("rolling-back");
  expect((await get(result.httpUrl ?? "")).body).toBe("one");

  await write("src/http/get-cats/config.arc", "@aws\nmemory 256\n");
  expect((await deploy(root)).result.isChanged).toBe(true);
  expect((await get(result.httpUrl ?? "")).body).toBe("two");
  await destroyApp({ ...(await target(root)), force: true }, silent);
});

test("a failed first deploy leaves nothing, and the next one starts anew", async () => {
  await using folder = await createAppFolder({
    "app.arc": manifest("first"),
    "src/http/get-index/index.js": answer("one"),
    "src/http/get-cats/index.js": answer("cats"),
    "src/http/get-cats/config.arc": `@aws\nlayers\n  ${missingLayer}\n`,
  });
  const { root, write } = folder;
  await expect(deploy(root)).rejects.toMatchObject({
    code: "ERR_DEPLOY_FAILED",
    message: "The deploy of FirstStaging failed; what it had made was removed again",
  });
  // Only the shell of the stack, and the archives, which the next deploy need not send again.
  expect(await residue("FirstStaging")).toEqual(["cloudformation", "s3"]);

  await write("src/http/get-cats/config.arc", "@aws\nmemory 256\n");
  const { result, events } = await deploy(root);
  expect(events.map(({ type }) => type)).toContain("cleaning");
  expect((await get(result.httpUrl ?? "")).body).toBe("one");
  await destroyApp({ ...(await target(root)), force: true }, silent);
});

test("deploys from two machines at the same time both end well", async () => {
  const files = {
    "app.arc": manifest("together"),
    "src/http/get-index/index.js": answer("one"),
    "src/http/get-cats/index.js": answer("cats"),
  };
  await using here = await createAppFolder(files);
  await using there = await createAppFolder(files);
  const ends = await Promise.all([deploy(here.root), deploy(there.root)]);
  expect(ends[0].result.httpUrl).toBe(ends[1].result.httpUrl);
  const app = await target(here.root);
  expect((await describeApp(app)).status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
  expect((await deploy(here.root)).result.isChanged).toBe(false);
  await destroyApp({ ...app, force: true }, silent);
});
