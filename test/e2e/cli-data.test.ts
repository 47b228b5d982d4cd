import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";

const app = {
  ".arc": "@app\nkeeps\n\n@http\nget /\npost /\n\n@tables\ncats\n  id *String\n",
  "src/http/get-index/index.mjs": `import { tables } from "@arclet/functions";
export const handler = async () => {
  const { cats } = await tables();
  return { statusCode: 200, body: JSON.stringify((await cats.get({ id: "1" })) ?? null) };
};
`,
  "src/http/post-index/index.mjs": `import { tables } from "@arclet/functions";
export const handler = async ({ body }) => {
  const { cats } = await tables();
  await cats.put({ id: "1", name: body });
  return { statusCode: 200 };
};
`,
};

async function dev(root: string, ...flags: readonly string[]): Promise<[CliProcess, string]> {
  const cli = new CliProcess(["dev", root, "--port", "0", ...flags]);
  const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
  return [cli, url];
}

test("--data keeps tables over a restart, and without it they are gone", async () => {
  await using folder = await temporaryFolder(app);
  await linkDependencies(folder.path);
  const data = join(folder.path, ".arclet/data");
  const answers: unknown[] = [];
  for (const flags of [["--data", data], ["--data", data], []]) {
    const [cli, url] = await dev(folder.path, ...flags);
    await using _ = cli;
    answers.push(await (await fetch(url)).json());
    if (answers.length === 1)
      expect((await fetch(url, { method: "POST", body: "Tom" })).status).toBe(200);
    expect(await cli.interrupt()).toBe(0);
  }
  expect(answers).toEqual([null, { id: "1", name: "Tom" }, null]);
});

test("--dynamodb leads the functions to another one", async () => {
  const asked: (string | undefined)[] = [];
  const other = createServer((request, response) => {
    asked.push(String(request.headers["x-amz-target"]));
    response.setHeader("content-type", "application/x-amz-json-1.0");
    response.end('{"Item":{"id":{"S":"1"},"name":{"S":"elsewhere"}}}');
  });
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    await using folder = await temporaryFolder(app);
    await linkDependencies(folder.path);
    const [cli, url] = await dev(folder.path, "--dynamodb", `http://127.0.0.1:${port}`);
    await using _ = cli;
    const body = await (await fetch(url)).json();
    expect(body).toEqual({ id: "1", name: "elsewhere" });
    expect(asked).toEqual(["DynamoDB_20120810.GetItem"]);
  } finally {
    other.closeAllConnections();
    other.close();
  }
});

test("an invalid DynamoDB URL and a folder that cannot be created are reported", async () => {
  await using folder = await temporaryFolder({ ...app, file: "" });
  const wrong = await runCli(["dev", folder.path, "--dynamodb", "nowhere"]);
  expect([wrong.code, wrong.output]).toEqual([1, expect.stringContaining("is not a URL")]);
  const data = join(folder.path, "file", "data");
  const unmade = await runCli(["dev", folder.path, "--data", data]);
  expect([unmade.code, unmade.output]).toEqual([
    1,
    expect.stringContaining(`${data}: a part of this path is a file, not a folder`),
  ]);
});
