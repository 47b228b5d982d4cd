import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { commentsOf } from "./words/comments.ts";
import { oldPhrasesIn } from "./words/old-phrases.ts";
import { hiddenSubjectsIn } from "./words/message-words.ts";
import { oldWordsIn } from "./words/old-words.ts";
import { proseOf } from "./words/prose.ts";
import { stringsOf } from "./words/strings.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Files below a folder whose names end so; paths from the root. */
function filesIn(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name) && !/node_modules|\.vitepress/.test(name))
    .map((name) => join(folder, name));
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");

describe("the house words", () => {
  test.each([
    ['"x" is no action: one name a line', ['"x" is no']],
    ["`x` is no URL", ["`x` is no"]],
    ["sockets are told, then closed", ["told"]],
    ["Mend it and deploy anew.", ["Mend", "anew"]],
    ["@ws stands twice", ["stands"]],
    ["it belongs into .gitignore", ["belongs into"]],
    ["there is no table of that name", []],
    ['"x" is no longer supported', []],
    ["the recommended extension is standard", []],
  ])("%j has %j", (text, found) => {
    expect(oldWordsIn(text)).toEqual(found);
  });

  test.each([
    ["Whoever reaches the port", ["Whoever"]],
    ["all that came, and nothing of it is kept", ["all that", "nothing of it"]],
    ["what is not there is a 404", ["what is not"]],
    ["a thread, so that it starts, so that it answers", ["so that it starts, so that"]],
    ["a thread, so that it starts. It is kept so that it answers", []],
    ["everything that arrived", []],
  ])("a page that says %j has %j", (text, found) => {
    expect(oldPhrasesIn(text)).toEqual(found);
  });

  test.each([
    ["Whoever reaches … is refused", ["Whoever"]],
    ["… is no URL", ["… is no"]],
    ["… is no longer supported", []],
    ['"x" is none of a, b', ["is none of"]],
    ["logs end by themselves", ["by themselves"]],
  ])("a message that says %j has %j", (text, found) => {
    expect(hiddenSubjectsIn(text)).toEqual(found);
  });

  test("strings are found in literals and templates, not in comments", () => {
    const source = 'const a = "told"; // told\nconst b = `x ${a} mend`; /* anew */';
    expect(stringsOf("a.ts", source)).toEqual([
      { line: 1, text: "told" },
      { line: 2, text: "x … mend" },
    ]);
  });

  test("comments are found, and no strings", () => {
    const source = 'const a = "told"; // mend\n/** anew */';
    expect(commentsOf("a.ts", source)).toEqual([
      { line: 1, text: " mend" },
      { line: 2, text: "* anew " },
    ]);
  });

  test("prose leaves out blocks of code", () => {
    expect(proseOf("one\n```js\ntold\n```\ntwo")).toBe("one\n\n\n\ntwo");
  });
});

describe.each([
  ["messages", stringsOf],
  ["comments", commentsOf],
])("%s", (_, textsOf) => {
  const packages = readdirSync(join(root, "packages"));
  test.each(packages)("of %s use the house words", (name) => {
    const sources = filesIn(join("packages", name), /^src[/\\].*\.ts$/);
    const found = sources.flatMap((path) =>
      textsOf(path, read(path)).flatMap(({ line, text }) =>
        oldWordsIn(text).map((word) => `${path}:${line}: ${word}`),
      ),
    );
    expect(found).toEqual([]);
  });
});

test.each(readdirSync(join(root, "packages")))("messages of %s name their subject", (name) => {
  const sources = filesIn(join("packages", name), /^src[/\\].*\.ts$/);
  const found = sources.flatMap((path) =>
    stringsOf(path, read(path)).flatMap(({ line, text }) =>
      [...hiddenSubjectsIn(text), ...oldPhrasesIn(text)].map((word) => `${path}:${line}: ${word}`),
    ),
  );
  expect(found).toEqual([]);
});

describe("pages", () => {
  const pages = [
    "README.md",
    "ARCHITECTURE.md",
    "SECURITY.md",
    ...filesIn("docs", /\.md$/),
    ...filesIn(".changeset", /\.md$/),
    ...["examples", "packages"].flatMap((folder) =>
      readdirSync(join(root, folder))
        .map((name) => join(folder, name, "README.md"))
        .filter((path) => existsSync(join(root, path))),
    ),
  ];
  test.each(pages)("%s uses the house words", (path) => {
    const lines = proseOf(read(path)).split("\n");
    const found = lines.flatMap((line, index) =>
      [...oldWordsIn(line), ...oldPhrasesIn(line)].map((word) => `${path}:${index + 1}: ${word}`),
    );
    expect(found).toEqual([]);
  });
});
