// The site's table of contents, made of the pages that are there. Sidebar, llms.txt and the reference
// as one file are written from it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const docsFolder = fileURLToPath(new URL("..", import.meta.url));

/** Sections in the sidebar's order, with the pages that come first in them. Others follow by title. */
const sections = [
  { text: "Start here", pages: ["index", "tutorial", "why"] },
  { text: "Recipes", folder: "recipes" },
  {
    text: "Reference",
    pages: [
      "manifest",
      "functions",
      "state-and-events",
      "rooms",
      "auth",
      "client",
      "testing",
      "cli",
      "deploy",
      "errors",
    ],
    hasTheRest: true,
  },
  { text: "Behaviour", pages: ["aws-parity", "execution", "robustness", "benchmarks"] },
];

/**
 * @typedef {{ path: string, title: string, summary: string, markdown: string }} Page
 *   `path` is without `.md`; `summary` is the first paragraph.
 * @returns {{ text: string, pages: Page[] }[]}
 */
export function readSections() {
  const named = new Set(sections.flatMap(({ pages = [] }) => pages));
  const rest = pagesOf("")
    .filter((path) => !named.has(path))
    .map(readPage)
    .toSorted(byTitle);
  return sections.map(({ text, pages = [], folder, hasTheRest }) => {
    const first = pages.filter((path) => existsSync(join(docsFolder, `${path}.md`))).map(readPage);
    const others = folder === undefined ? [] : pagesOf(folder).map(readPage).toSorted(byTitle);
    return { text, pages: [...first, ...others, ...(hasTheRest === true ? rest : [])] };
  });
}

function byTitle(one, other) {
  return one.title.localeCompare(other.title);
}

function pagesOf(folder) {
  const path = join(docsFolder, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder === "" ? "" : `${folder}/`}${name.slice(0, -3)}`);
}

function readPage(path) {
  const markdown = readFileSync(join(docsFolder, `${path}.md`), "utf8");
  const body = markdown.replace(/^---\n[\s\S]*?\n---\n/, "");
  const title = /^# (.+)$/m.exec(body)?.[1] ?? path;
  const summary =
    body
      .split(/\n{2,}/)
      .map((part) => part.trim())
      .find((part) => part !== "" && !/^[#|`<!\-[]/.test(part)) ?? "";
  return { path, title, summary: summary.replaceAll("\n", " "), markdown: body };
}
