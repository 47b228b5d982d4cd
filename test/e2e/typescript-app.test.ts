import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { linkDependencies, temporaryFolder, writeTree } from "../helpers/temporary-folder.ts";

const compiler = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

async function typeErrors(root: string): Promise<string> {
  const checked = promisify(execFile)(process.execPath, [compiler, "--noEmit"], { cwd: root });
  return checked.then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
}

const everything = `@app
typed

@http
get /
get /cats

@ws
vote

@events
said

@queues
jobs

@scheduled
daily rate(1 day)

@tables
todos
  id *String

@tables-streams
todos
`;

describe("init --typescript", () => {
  test("writes an app of every kind of function that the compiler accepts", async () => {
    await using folder = await temporaryFolder({ ".arc": everything });
    const { code, output } = await runCli(["init", folder.path, "--typescript"]);
    expect(code).toBe(0);
    expect(output).toContain("src/ws/ws-vote/index.ts");
    await linkDependencies(folder.path);
    await writeTree(folder.path, {
      "src/shared/todo.ts":
        "export interface Todo { id: string; text: string }\nexport const title = (todo: Todo): string => todo.text;\n",
      "src/shared/index.ts": 'export const end: string = "!";\n',
      "src/views/index.ts": 'export const start: string = ">";\n',
      "src/http/get-cats/index.ts": `import { tables, type HttpHandler } from "@arclet/functions";
import { title, type Todo } from "@shared/todo";
import { title as same } from "@architect/shared/todo";
import { end } from "@architect/shared";
import { end as sameEnd } from "@shared";
import { start } from "@architect/views";

export const handler: HttpHandler = async () => {
  const { todos } = await tables<{ todos: Todo }>();
  const todo = await todos.put({ id: "1", text: "write" });
  return { statusCode: 200, body: start + title(todo) + end + same(todo) + sameEnd };
};
`,
    });
    expect(await typeErrors(folder.path)).toBe("");
    const settings = await readFile(join(folder.path, "tsconfig.json"), "utf8");
    expect(settings).toMatch(/"isolatedModules": true/);
    expect(settings).toMatch(/"verbatimModuleSyntax": true/);
    await using cli = new CliProcess(["dev", folder.path, "--port", "0"]);
    const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
    expect(await (await fetch(`${url}/cats`)).text()).toBe(">write!write!");
  }, 120_000);

  test("a response with a misspelt status is an error, a JSON page is not", async () => {
    await using folder = await temporaryFolder({ ".arc": "@app\ntyped\n\n@http\nget /\n" });
    await runCli(["init", folder.path, "--typescript"]);
    await linkDependencies(folder.path);
    const returning = (value: string): string =>
      `import type { HttpHandler } from "@arclet/functions";\ninterface Cat { name: string }\nconst cat: Cat = { name: "x" };\nexport const handler: HttpHandler = async () => (${value});\nexport { cat };\n`;
    const wrong = [
      "{ statuscode: 200 }",
      "{ status: 200, body: '' }",
      '{ statusCode: "200" }',
      "{ statusCode: 200, header: {} }",
      '{ statusCode: 200, Cookies: ["a=b"] }',
      "200",
    ];
    const right = ["{ hello: 1 }", "[1, 2]", "cat", '"text"', "{ statusCode: 204 }"];
    await writeTree(folder.path, {
      ...Object.fromEntries(
        wrong.map((value, index) => [`src/wrong${index}.ts`, returning(value)]),
      ),
      ...Object.fromEntries(
        right.map((value, index) => [`src/right${index}.ts`, returning(value)]),
      ),
    });
    const errors = await typeErrors(folder.path);
    const files = new Set([...errors.matchAll(/^src\/(\w+)\.ts\(/gm)].map(([, name]) => name));
    expect([...files].toSorted((one = "", other = "") => one.localeCompare(other))).toEqual(
      wrong.map((_, index) => `wrong${index}`),
    );
  }, 120_000);
});

describe("a project's own paths", () => {
  test("come before the shared folders", async () => {
    await using folder = await temporaryFolder({
      ".arc": "@app\ntyped\n\n@http\nget /\n",
      "tsconfig.json": '{ "compilerOptions": { "paths": { "@shared/*": ["./lib/*"] } } }',
      "lib/name.ts": 'export const name: string = "own";\n',
      "src/shared/name.ts": 'export const name = "shared";\n',
      "src/http/get-index/index.ts":
        'import { name } from "@shared/name";\nimport { name as other } from "@architect/shared/name";\nexport const handler = async () => ({ statusCode: 200, body: name + " " + other });\n',
    });
    await using cli = new CliProcess(["dev", folder.path, "--port", "0"]);
    const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
    expect(await (await fetch(url)).text()).toBe("own shared");
  });
});

describe("init in a folder with a package.json", () => {
  test.each([
    ["npm", { "package-lock.json": "{}" }, "npm install @arclet/functions@", "npx arclet dev"],
    ["pnpm", { "pnpm-lock.yaml": "" }, "pnpm add @arclet/functions@", "pnpm exec arclet dev"],
    ["yarn", { "yarn.lock": "" }, "yarn add @arclet/functions@", "yarn arclet dev"],
    ["bun", { "bun.lock": "" }, "bun add @arclet/functions@", "bunx arclet dev"],
  ])("prints what is missing in the words of %s", async (_manager, lock, command, next) => {
    await using folder = await temporaryFolder({
      "package.json": '{ "name": "mine", "devDependencies": { "arclet": "*" } }',
      ...lock,
    });
    const { output } = await runCli(["init", folder.path]);
    expect(output).toContain(command);
    expect(output).toContain(next);
    expect(output).not.toMatch(/ arclet@/);
    expect(await readFile(join(folder.path, "package.json"), "utf8")).toContain('"mine"');
  });

  test("names the package manager that package.json names", async () => {
    await using folder = await temporaryFolder({
      "package.json": '{ "packageManager": "pnpm@10.0.0" }',
      "package-lock.json": "{}",
    });
    const { output } = await runCli(["init", folder.path, "--typescript"]);
    expect(output).toMatch(/pnpm add @arclet\/functions@\^\S+\n/);
    expect(output).toMatch(/pnpm add --save-dev .*typescript@.* arclet@/);
  });

  test("says nothing of packages that it names", async () => {
    await using folder = await temporaryFolder({});
    await runCli(["init", folder.path]);
    const { output } = await runCli(["init", folder.path]);
    expect(output).toMatch(/npm install\n/);
    expect(output).not.toContain("@arclet/functions@");
  });
});
