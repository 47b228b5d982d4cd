import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { DebuggerClient } from "../helpers/debugger-client.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";

const app = {
  ".arc": "@app\nstop\n\n@http\nget /\n",
  "src/http/get-index/config.arc": "@aws\ntimeout 1\n",
  "src/http/get-index/index.ts": `interface Query {
  readonly name?: string;
}

export async function handler(event: { queryStringParameters?: Query }): Promise<object> {
  const name: string = event.queryStringParameters?.name ?? "nobody";
  console.log("greeting", name);
  return { statusCode: 200, body: \`hello \${name}\` };
}
`,
};

test("a debugger stops in a function's own source, and no time-out ends what it looks at", async () => {
  await using folder = await temporaryFolder(app);
  await linkDependencies(folder.path);
  await using cli = new CliProcess(["dev", "--inspect=0", folder.path, "--port", "0"]);
  const [url] = await cli.waitFor(/http:\/\/localhost:\d+/);
  // A function's process starts with the first request, and says where its debugger listens.
  expect(await (await fetch(url)).text()).toBe("hello nobody");
  const [, debuggerUrl = ""] = await cli.waitFor(
    /http\/get-index │ Debugger listening on (ws:\S+)/,
  );
  await cli.waitFor(/http\/get-index │ greeting nobody/);

  const client = await DebuggerClient.connect(debuggerUrl);
  await client.command("Debugger.enable");
  const source = join(folder.path, "src/http/get-index/index.ts");
  await client.breakAt(pathToFileURL(source).href, 7);
  const answer = fetch(`${url}/?name=Tom`);
  const paused = await client.event("Debugger.paused");
  const [frame] = paused["callFrames"] as { callFrameId: string; functionName: string }[];
  expect(frame?.functionName).toBe("handler");
  const evaluate = async (expression: string): Promise<unknown> => {
    const { callFrameId } = frame ?? {};
    return client.command("Debugger.evaluateOnCallFrame", { callFrameId, expression });
  };
  expect(await evaluate("name")).toMatchObject({ result: { value: "Tom" } });
  // Two seconds pass for the process: twice the function's time-out.
  await evaluate("{ const until = Date.now() + 2000; while (Date.now() < until) {} }");
  await client.command("Debugger.resume");
  expect(await (await answer).text()).toBe("hello Tom");
  client.close();
  expect(await cli.interrupt()).toBe(0);
});

test("an invalid debugger address is reported", async () => {
  await using folder = await temporaryFolder(app);
  const { code, output } = await runCli(["dev", folder.path, "--inspect=host:99999"]);
  expect(code).toBe(1);
  expect(output).toContain('--inspect: "host:99999" is not an address');
});

test("help tells how a debugger connects", async () => {
  const { output } = await runCli(["dev", "--help"]);
  expect(output).toMatch(/--inspect\[=host:port\] +Let a debugger attach to functions/);
});
