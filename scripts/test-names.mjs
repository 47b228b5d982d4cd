// Names of tests as documentation: `<!-- tests: folder or file … -->` in a page becomes a list of the
// names of those tests, read from the sources.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * A page with the names of tests where it asks for them.
 *
 * @param {string} markdown
 * @returns {string}
 */
export function withTestNames(markdown) {
  return markdown.replaceAll(/^<!-- tests: (.+?) -->$/gm, (_, places) =>
    places
      .split(/\s+/)
      .flatMap((place) => testFiles(place))
      .map((file) => ({ file, names: namesOfTests(file, readFileSync(join(root, file), "utf8")) }))
      .filter(({ names }) => names.length > 0)
      .map(({ file, names }) => listOf(file, names))
      .join("\n"),
  );
}

/**
 * Test files, paths from the root: of a folder's own, of `folder/**` with its folders, or one file. Suites that
 * several implementations share are called `conformance…`.
 *
 * @param {string} place
 * @returns {string[]}
 */
export function testFiles(place) {
  const isDeep = place.endsWith("/**");
  const path = join(root, isDeep ? place.slice(0, -3) : place);
  if (statSync(path).isFile()) return [place];
  return readdirSync(path, { recursive: isDeep })
    .filter((name) => name.endsWith(".test.ts") || /^conformance.*\.ts$/.test(basename(name)))
    .toSorted((one, other) => one.localeCompare(other))
    .map((name) => relative(root, join(path, name)).replaceAll("\\", "/"));
}

function listOf(file, names) {
  const title = basename(file)
    .replace(/(?:\.test)?\.ts$/, "")
    .replaceAll("-", " ");
  const lines = names.map((name) => `- ${escapeMarkdown(name)}`);
  return `**${title}** (\`${file}\`)\n\n${lines.join("\n")}\n`;
}

function escapeMarkdown(text) {
  return text.replaceAll(/[\\`*_[\]<>{}|$]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Full names of a file's tests, in order: names of their groups, then their own.
 *
 * @param {string} file
 * @param {string} source
 * @returns {string[]}
 */
export function namesOfTests(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const names = [];
  visit(program, [], names);
  return names;
}

function visit(node, groups, names) {
  if (Array.isArray(node)) {
    for (const child of node) visit(child, groups, names);
    return;
  }
  if (node === null || typeof node !== "object" || typeof node.type !== "string") return;
  const call = node.type === "CallExpression" ? calledTest(node) : null;
  if (call?.kind === "test") {
    names.push([...groups, call.name].join(": "));
    return;
  }
  const inner = call === null ? groups : [...groups, call.name];
  for (const [key, child] of Object.entries(node)) {
    if (key !== "type" && typeof child === "object") visit(child, inner, names);
  }
}

/** `test("…")`, `test.each(…)("…")`, `describe.skipIf(…)("…")`: which, and its name. */
function calledTest({ callee, arguments: [first] }) {
  const name = textOf(first);
  if (name === null) return null;
  let base = callee;
  while (base.type !== "Identifier") {
    if (base.type === "MemberExpression") base = base.object;
    else if (base.type === "CallExpression") base = base.callee;
    else if (base.type === "TaggedTemplateExpression") base = base.tag;
    else return null;
  }
  if (base.name === "describe") return { kind: "group", name };
  return base.name === "test" || base.name === "it" ? { kind: "test", name } : null;
}

function textOf(node) {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type !== "TemplateLiteral") return null;
  return node.quasis.map(({ value }) => value.cooked).join("…");
}
