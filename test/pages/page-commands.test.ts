import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../helpers/cli-process.ts";
import { filesOfPage, textOfPage } from "./page-files.ts";

const docs = join(import.meta.dirname, "../../docs");
const recipes = readdirSync(join(docs, "recipes")).map((name) => `recipes/${name}`);
const pages = [...readdirSync(docs).filter((name) => name.endsWith(".md")), ...recipes];

/** What a page has its reader type: the lines of its shell blocks, without comments. */
function commandsOf(page: string): readonly string[] {
  const blocks = textOfPage(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm);
  return Array.from(blocks, ([, text = ""]) => text.split("\n"))
    .flat()
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
}

/** Packages that the commands of a page install. */
function installedBy(page: string): readonly string[] {
  return commandsOf(page)
    .filter((line) => /^npm (install|uninstall)/.test(line))
    .flatMap((line) => line.split(" ").slice(2))
    .filter((word) => !word.startsWith("-"));
}

describe("commands of the docs exist, with their flags", () => {
  const calls = pages.flatMap((page) => {
    const text = commandsOf(page).join("\n");
    return Array.from(
      text.matchAll(/(?:^|npx )arclet ([a-z]+)((?: [^\s;&|]+)*)/gm),
      ([line, command, rest]) => ({
        page,
        line,
        command: command ?? "",
        flags: Array.from((rest ?? "").matchAll(/ (--[a-z-]+)/g), ([, flag = ""]) => flag),
      }),
    );
  });
  const commands = [...new Set(calls.map(({ command }) => command))];

  test.each(commands)("%s", async (command) => {
    const { code, output } = await runCli([command, "--help"]);
    expect(code).toBe(0);
    for (const { page, line, flags } of calls.filter((call) => call.command === command))
      for (const flag of flags)
        expect(new RegExp(`${flag}\\b`).test(output), `${page}: ${line}`).toBe(true);
  });
});

describe("a recipe installs what its files and commands use", () => {
  test.each(recipes.filter((page) => "app.arc" in filesOfPage(page)))("%s", (page) => {
    const files = filesOfPage(page);
    const code = Object.entries(files).filter(([path]) => /\.[mc]?[jt]s$/.test(path));
    const imported = code.flatMap(([, text]) =>
      Array.from(
        text.matchAll(/(?:from |require\()"((?:@[\w-]+\/)?[\w-]+)[^"]*"/g),
        ([, name = ""]) => name,
      ),
    );
    const run = commandsOf(page)
      .filter((line) => line.startsWith("npx "))
      .map((line) => line.split(" ")[1] ?? "");
    const needed = new Set([...imported, ...run].filter((name) => !/^@shared\/|^node$/.test(name)));
    if (files["app.arc"]?.includes("@tables") && !needed.has("@architect/functions"))
      for (const name of ["client-dynamodb", "lib-dynamodb"]) needed.add(`@aws-sdk/${name}`);
    const installed = new Set([...installedBy("recipes/index.md"), ...installedBy(page)]);
    // A project that comes from Architect has it.
    if (page.endsWith("from-architect.md")) installed.add("@architect/functions");
    expect([...needed].filter((name) => !installed.has(name))).toEqual([]);
  });
});

test("each recipe has a test of its own", () => {
  const tests = ["pages/recipes", "pages/tool-recipes", "compat/architect-recipe"].map((name) =>
    readFileSync(join(import.meta.dirname, `../${name}.test.ts`), "utf8"),
  );
  const names = recipes.map((page) => page.slice("recipes/".length, -".md".length));
  const untested = names.filter(
    (name) =>
      !tests.some((text) => text.includes(`"${name}"`) || text.includes(`recipes/${name}.md`)),
  );
  expect(untested).toEqual(["index"]);
});
