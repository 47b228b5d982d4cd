import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CliProcess, runCli } from "../helpers/cli-process.ts";
import { installed, projectWith } from "./architect-app.ts";

const handler = (body: string): string =>
  `export async function handler (): Promise<object> { return { statusCode: 200, body: ${JSON.stringify(body)} } }\n`;

test("@architect/plugin-typescript, as published, runs, recompiles and deploys", async () => {
  const modules = await installed("plugin-typescript", ["@architect/plugin-typescript@2"]);
  await using project = await projectWith(
    {
      "app.arc": `@app
typed

@aws
runtime typescript

@http
get /

@typescript
base-runtime nodejs22.x

@plugins
architect/plugin-typescript
`,
      "src/http/get-index/index.ts": handler("one"),
    },
    modules,
  );
  {
    await using cli = new CliProcess(["sandbox", "--port", "0"], { cwd: project.path });
    const [, url = ""] = await cli.waitFor(/(http:\/\/localhost:\d+)/);
    expect(await (await fetch(url)).text()).toBe("one");
    const from = cli.output.length;
    await writeFile(join(project.path, "src/http/get-index/index.ts"), handler("two"));
    await cli.waitFor(/Recompiling handler: @http get \//, from);
    await cli.waitFor(/reloaded|http\/get-index/, from);
    expect(await (await fetch(url)).text()).toBe("two");
    expect(await cli.interrupt()).toBe(0);
  }
  const { code, output } = await runCli(["deploy", "--dry-run"], { cwd: project.path });
  expect(output).toContain("Compiled project");
  expect(code).toBe(0);
  const template = await readFile(
    join(project.path, ".arclet/deploy/staging/template.json"),
    "utf8",
  );
  expect(template).toContain('"Runtime": "nodejs22.x"');
}, 240_000);
