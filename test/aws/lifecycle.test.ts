import { describeApp, destroyApp, manageEnv, tailLogs, type LogLine } from "@arclet/deploy";
import { expect, test } from "vitest";
import { ask, createAppFolder, deploy, get, projectOf } from "./deployment.ts";
import { residue } from "./residue.ts";

const echo = (prefix: string): string => `
import { ws } from "@arclet/functions";
export async function handler(event) {
  console.log("got " + event.body);
  const greeting = process.env.GREETING ?? "";
  await ws.send({ id: event.requestContext.connectionId, payload: { ${prefix}: JSON.parse(event.body).text + greeting } });
  return { statusCode: 200 };
}
`;
const ok = "export const handler = async () => ({ statusCode: 200 });\n";

test("an app is deployed, changed, read and destroyed", async () => {
  await using folder = await createAppFolder({
    "app.arc": "@app\necho-aws\n\n@http\nget /\n\n@ws\n\n@tables\nnotes\n  id *String\n",
    "src/http/get-index/index.js":
      'export const handler = async () => { console.log("got a request"); return { statusCode: 200, body: "hi" }; };\n',
    "src/ws/ws-connect/index.js": ok,
    "src/ws/ws-disconnect/index.js": ok,
    "src/ws/ws-default/index.js": echo("echo"),
  });
  const { root, write } = folder;
  const first = await deploy(root);
  const url = first.result.webSocketUrl ?? "";
  // AWS gives wss://, MiniStack http:// (docs/deploy.md).
  expect(url).toMatch(/\/staging$/);
  expect(await ask(url, { text: "hello" })).toEqual({ echo: "hello" });

  const again = await deploy(root);
  expect(again.result.isChanged).toBe(false);
  expect(again.events.filter(({ type }) => type === "uploaded")).toEqual([]);

  await write("src/ws/ws-default/index.js", echo("again"));
  expect((await deploy(root)).result.isChanged).toBe(true);
  expect(await ask(url, { text: "hello" })).toEqual({ again: "hello" });

  await write(
    "app.arc",
    "@app\necho-aws\n\n@http\nget /\n\n@ws\nshout\n\n@tables\nnotes\n  id *String\n",
  );
  await write("src/ws/ws-shout/index.js", echo("shout"));
  await deploy(root);
  expect(await ask(url, { action: "shout", text: "hey" })).toEqual({ shout: "hey" });

  const app = { manifest: (await projectOf(root)).manifest, stage: "staging", name: null } as const;
  expect(await manageEnv(app, { type: "add", name: "GREETING", value: "!s3cret" })).toEqual([
    "GREETING",
  ]);
  const withValue = await deploy(root);
  expect(JSON.stringify(withValue.events)).not.toContain("s3cret");
  expect(await ask(url, { action: "shout", text: "hey" })).toEqual({ shout: "hey!s3cret" });

  await write("src/ws/ws-shout/index.js", echo("fast"));
  const fast = await deploy(root, { mode: "code" });
  expect(fast.events).toContainEqual({ type: "code-updated", functionId: "ws/shout" });
  expect(await ask(url, { action: "shout", text: "hey" })).toEqual({ fast: "hey!s3cret" });

  // MiniStack logs HTTP invocations, and none of sockets (docs/deploy.md).
  expect((await get(first.result.httpUrl ?? "")).body).toBe("hi");
  const lines: LogLine[] = [];
  await tailLogs(
    {
      ...app,
      functionId: "http/get-index",
      since: 0,
      follow: false,
      signal: new AbortController().signal,
    },
    (line) => void lines.push(line),
  );
  expect(lines.map(({ message }) => message).join("\n")).toContain("got a request");

  const described = await describeApp(app);
  expect(described.webSocketUrl).toBe(url);
  expect(described.functions.map(({ id }) => id).toSorted()).toEqual([
    "http/get-index",
    "ws/connect",
    "ws/default",
    "ws/disconnect",
    "ws/shout",
  ]);

  const reporter = { report: () => {} };
  await expect(destroyApp({ ...app, force: false }, reporter)).rejects.toMatchObject({
    code: "ERR_HOLDS_DATA",
  });
  await destroyApp({ ...app, force: true }, reporter);
  await expect(describeApp(app)).rejects.toMatchObject({ code: "ERR_STACK_MISSING" });
  expect(await manageEnv(app, { type: "list" })).toEqual([]);
  expect(await residue("EchoAwsStaging")).toEqual([]);
});
