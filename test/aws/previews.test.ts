import { parse } from "yaml";
import { expect, test } from "vitest";
import { runCli } from "../helpers/cli-process.ts";
import { filesOfPage } from "../pages/page-files.ts";
import { createAppFolder, get } from "./deployment.ts";

interface Workflow {
  readonly jobs: {
    readonly preview: {
      readonly steps: readonly { readonly run?: string; readonly if?: string }[];
    };
  };
}

/** The commands of the recipe's workflow, for a pull request of this number. */
function commandsFor(number: number): { readonly deploy: string[]; readonly destroy: string[] } {
  const text = filesOfPage("recipes/previews.md")[".github/workflows/preview.yml"] ?? "";
  const { steps } = (parse(text) as Workflow).jobs.preview;
  const [deploy = [], destroy = []] = ["!=", "=="].map((operator) => {
    const step = steps.find((one) => one.if === `github.event.action ${operator} 'closed'`);
    return (step?.run ?? "")
      .replaceAll(/\$\{\{ github\.event\.number \}\}/g, String(number))
      .split(" ")
      .slice(2);
  });
  return { deploy, destroy };
}

test("each pull request has a stack of its own, which goes with it", async () => {
  await using folder = await createAppFolder({
    "app.arc": "@app\nmy-app\n\n@http\nget /\n\n@tables\nnotes\n  id *String\n",
    "src/http/get-index/index.mjs":
      'export const handler = async () => ({ statusCode: 200, body: "first" });\n',
  });
  const arclet = async (args: readonly string[]): Promise<string> => {
    const { code, output, stdout } = await runCli(args, { cwd: folder.root });
    expect({ code, output }).toMatchObject({ code: 0 });
    return stdout;
  };
  const urlOf = (json: string): string => (JSON.parse(json) as { httpUrl: string }).httpUrl;
  const one = urlOf(await arclet(commandsFor(1).deploy));
  await folder.write(
    "src/http/get-index/index.mjs",
    'export const handler = async () => ({ statusCode: 200, body: "second" });\n',
  );
  const two = urlOf(await arclet(commandsFor(2).deploy));
  expect((await get(one)).body).toBe("first");
  expect((await get(two)).body).toBe("second");
  await arclet(commandsFor(1).destroy);
  expect((await get(one)).status).not.toBe(200);
  expect((await get(two)).body).toBe("second");
  await arclet(commandsFor(2).destroy);
});
