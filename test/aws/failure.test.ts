import { EventEmitter, once } from "node:events";
import { describeApp, destroyApp, type DeployEvent } from "@arclet/deploy";
import { expect, test } from "vitest";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
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
  await expect(deploy(root, {}, (event) => events.push(event))).rejects.toMatchObject({
    code: "ERR_DEPLOY_FAILED",
    message:
      "The deploy of FailingStaging failed: everything was rolled back to the previous version",
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
    message: "The deploy of FirstStaging failed: the resources it had created were removed again",
  });
  // Only the shell of the stack, and the archives, which the next deploy need not send again.
  expect(await residue("FirstStaging")).toEqual(["cloudformation", "s3"]);

  await write("src/http/get-cats/config.arc", "@aws\nmemory 256\n");
  const { result, events } = await deploy(root);
  expect(events.map(({ type }) => type)).toContain("cleaning");
  expect((await get(result.httpUrl ?? "")).body).toBe("one");
  await destroyApp({ ...(await target(root)), force: true }, silent);
});

test("a deploy that was killed goes on when it is run again", async () => {
  const names = Array.from({ length: 12 }, (_, index) => `r${index}`);
  await using folder = await createAppFolder({
    "app.arc": `@app\nkilled\n\n@http\n${names.map((name) => `get /${name}`).join("\n")}\n`,
    ...Object.fromEntries(names.map((name) => [`src/http/get-${name}/index.js`, answer(name)])),
  });
  const { root } = folder;
  // Before the stack, while archives are sent, and in the middle of the stack.
  for (const sign of [/^uploaded /m, /^add /m, /^created /m]) {
    await using killed = new CliProcess(["deploy"], { cwd: root });
    await killed.waitFor(sign);
    killed.child.kill("SIGKILL");
    await killed.exited();
    const { code, stdout } = await runCli(["deploy"], { cwd: root });
    expect(code).toBe(0);
    const [url = ""] = /^http:\S+$/m.exec(stdout) ?? [];
    expect((await get(`${url}/r11`)).body).toBe("r11");
    expect((await deploy(root)).result.isChanged).toBe(false);
    await destroyApp({ ...(await target(root)), force: true }, silent);
    expect(await residue("KilledStaging")).toEqual([]);
  }
});

test("deploys from two machines at the same time both end well", async () => {
  const files = {
    "app.arc": manifest("together"),
    "src/http/get-index/index.js": answer("one"),
    "src/http/get-cats/index.js": answer("cats"),
  };
  await using here = await createAppFolder(files);
  await using there = await createAppFolder(files);
  // Not from the very beginning: of two first deploys MiniStack makes two stacks of one name, where
  // AWS refuses the second (docs/deploy.md); deploy-app.test.ts has that answer.
  const events = new EventEmitter();
  const begun = once(events, "resource");
  const first = deploy(here.root, {}, ({ type }) => void events.emit(type));
  await Promise.race([begun, first]);
  const second = await deploy(there.root);
  expect((await first).result.httpUrl).toBe(second.result.httpUrl);
  const app = await target(here.root);
  expect((await describeApp(app)).status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
  expect((await deploy(here.root)).result.isChanged).toBe(false);
  await destroyApp({ ...app, force: true }, silent);
});
