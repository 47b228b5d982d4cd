import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DeleteTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { expectValid } from "../../packages/deploy/test/expect-valid.ts";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { ask, createAppFolder, get, getStaticFile } from "./deployment.ts";
import { residue } from "./residue.ts";

const manifest = (tables: string): string =>
  `@app\nby-hand\n\n@http\nget /hello\n\n@ws\n\n@tables\n${tables}`;
const notes = "notes\n  id *String\n";
const cats = "cats\n  id *String\n";
const people = "people\n  id *String\n";
const ok = "export const handler = async () => ({ statusCode: 200 });\n";
const hello = (text: string): string =>
  `export const handler = async () => { console.log("said ${text}"); return { statusCode: 200, body: "${text} " + (process.env.WORD ?? "nothing") }; };\n`;
const echo = `
import { ws } from "@arclet/functions";
export async function handler({ body, requestContext }) {
  await ws.send({ id: requestContext.connectionId, payload: JSON.parse(body) });
  return { statusCode: 200 };
}
`;
const files = {
  "app.arc": manifest(notes + people),
  "public/index.html": "<h1>one</h1>",
  "src/http/get-hello/index.js": hello("hello"),
  "src/ws/connect/index.js": ok,
  "src/ws/disconnect/index.js": ok,
  "src/ws/default/index.js": echo,
};

/** A URL that a command printed on a line of its own. */
function printedUrl(stdout: string, stage: "" | "/staging" = ""): string {
  const lines = stdout.split("\n").filter((line) => /^\w+:\/\/\S+$/.test(line));
  return lines.find((line) => line.endsWith("/staging") === (stage !== "")) ?? "";
}

async function tablesOf(stackName: string): Promise<readonly string[]> {
  const { TableNames: names = [] } = await new DynamoDBClient({}).send(new ListTablesCommand({}));
  return names.filter((name) => name.startsWith(stackName));
}

test("the commands take an app from its folder to AWS and away again", async () => {
  await using folder = await createAppFolder(files);
  const { root, write } = folder;
  const arclet = (...args: readonly string[]): ReturnType<typeof runCli> =>
    runCli(args, { cwd: root });
  const changed = async (...args: readonly string[]): Promise<string> => {
    const { code, output } = await arclet(...args);
    expect(output).not.toMatch(/^\s+at /m);
    expect({ code, output }).toMatchObject({ code: 0 });
    return output;
  };

  const dry = await changed("deploy", "--dry-run");
  expect(dry).toContain("ws/default, ws/disconnect may\n  logs:CreateLogStream, PutLogEvents on");
  expect(dry).toContain("1 static file, 0.0 kB\nwritten to");
  const output = join(root, ".arclet/deploy/staging");
  expect((await readdir(output)).toSorted()).toEqual(["ByHandStaging", "static", "template.json"]);
  expectValid(JSON.parse(await readFile(join(output, "template.json"), "utf8")));
  expect(await readFile(join(output, "static/index.html"), "utf8")).toBe("<h1>one</h1>");
  expect(await residue("ByHandStaging")).toEqual([]);

  const first = await changed("deploy");
  expect(first).toContain("deploying ByHandStaging to us-east-1, account 000000000000\n");
  expect(first).toMatch(/^add {7}table notes {2}AWS::DynamoDB::Table$/m);
  expect(first).toMatch(/^created {3}table notes {2}AWS::DynamoDB::Table {2}\d+\/\d+$/m);
  const httpUrl = printedUrl(first);
  const webSocketUrl = printedUrl(first, "/staging");
  expect(await ask(webSocketUrl, { text: "hi" })).toEqual({ text: "hi" });
  expect((await get(`${httpUrl}/hello`)).body).toBe("hello nothing");

  const again = await changed("deploy");
  expect(again).toContain("ByHandStaging is up to date; nothing was uploaded\n");
  expect(printedUrl(again, "/staging")).toBe(webSocketUrl);
  expect(printedUrl(await changed("info"), "/staging")).toBe(webSocketUrl);

  // Stacks of their own beside the first.
  for (const [stackName, ...flags] of [
    ["ByHandStagingPreview", "--name", "preview"],
    ["ByHandProduction", "--production"],
  ] as const) {
    const beside = await changed("deploy", ...flags);
    expect(beside).toContain(`deploying ${stackName} to`);
    const [, url = ""] = /^(http:\S+:\d+)$/m.exec(beside) ?? [];
    expect(url).not.toBe(httpUrl);
    expect((await get(`${url}/hello`)).body).toBe("hello nothing");
    expect(await changed("info", ...flags)).toContain(`${stackName}  CREATE_COMPLETE`);
    await changed("destroy", ...flags, "--app", "by-hand", "--force");
    expect(await residue(stackName)).toEqual([]);
  }

  const set = await runCli(["env", "--add", "WORD"], { cwd: root, input: "s3cret\n" });
  expect(set).toMatchObject({ code: 0, stdout: expect.stringMatching(/^WORD\n/) });
  expect(await changed("env")).toBe("WORD\n");
  expect(await changed("deploy")).not.toContain("s3cret");
  expect((await get(`${httpUrl}/hello`)).body).toBe("hello s3cret");
  expect(await changed("env", "--remove", "WORD")).toContain("No environment variables are set\n");
  await changed("deploy");
  expect((await get(`${httpUrl}/hello`)).body).toBe("hello nothing");

  await write("src/http/get-hello/index.js", hello("fast"));
  expect(await changed("deploy", "--fast")).toContain("updated   http/get-hello\n");
  expect((await get(`${httpUrl}/hello`)).body).toBe("fast nothing");

  // Static files alone need no function that builds.
  await write("public/index.html", "<h1>two</h1>");
  await write("src/http/get-hello/index.js", "not JavaScript");
  expect(await changed("deploy", "--static")).toContain("put       index.html\n");
  expect((await getStaticFile("ByHandStaging", "index.html")).body).toBe("<h1>two</h1>");
  expect((await arclet("deploy")).code).toBe(1);
  await write("src/http/get-hello/index.js", hello("fast"));

  const logs = new CliProcess(["logs", "http/get-hello", "--follow"], { cwd: root });
  await logs.waitFor(/http\/get-hello.* said hello/);
  const before = logs.output.length;
  await get(`${httpUrl}/hello`);
  await logs.waitFor(/http\/get-hello.* said fast/, before);
  expect(await logs.interrupt()).toBe(0);

  await write("app.arc", manifest(notes));
  const refused = await arclet("deploy");
  expect(refused.code).toBe(1);
  expect(refused.output).toMatch(/remove TablePeople\w+: ByHandStaging\S+ stays in AWS/);
  const kept = await changed("deploy", "--yes");
  const [, keptTable = ""] = /^kept {6}the table (\S+) with its items/m.exec(kept) ?? [];
  expect(await tablesOf("ByHandStaging")).toContain(keptTable);

  await write("app.arc", manifest(notes + cats));
  await changed("deploy");
  expect(await tablesOf("ByHandStaging")).toHaveLength(3);
  await write("app.arc", manifest(notes));
  await changed("deploy", "--yes", "--delete-tables");
  expect(await tablesOf("ByHandStaging")).toHaveLength(2);

  expect(await residue("ByHandStaging")).toEqual([
    "apigateway",
    "cloudformation",
    "dynamodb",
    "iam",
    "lambda",
    "logs",
    "s3",
    "ssm",
  ]);
  expect((await arclet("destroy", "--app", "other")).output).toContain("nothing was removed");
  expect((await arclet("destroy", "--app", "by-hand")).output).toContain("Pass --force");
  // A table that the manifest has lost is still the stack's.
  await write("app.arc", manifest(people));
  await changed("destroy", "--app", "by-hand", "--force");
  // The table that was kept belongs to nobody.
  expect(await tablesOf("ByHandStaging")).toEqual([keptTable]);
  expect(await residue("ByHandStaging")).toEqual(["dynamodb"]);
  await new DynamoDBClient({}).send(new DeleteTableCommand({ TableName: keptTable }));

  for (const command of ["info", "logs", "destroy --app by-hand"])
    expect(await arclet(...command.split(" "))).toMatchObject({
      code: 1,
      output: expect.stringContaining("error: The stack ByHandStaging is not deployed\n"),
    });
});
