// The documentation for programs: an index (https://llmstxt.org) and everything in one file.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { withTestNames } from "../../scripts/test-names.mjs";
import { readSections } from "./pages.mjs";

const intro =
  "# Arclet\n\n> Real-time apps composed of fast, tiny functions: a `.arc` manifest becomes a running WebSocket and HTTP app, locally and on AWS.\n";

/** Writes `llms.txt`, `llms-full.txt` and a Markdown file beside each page. */
export function writeTexts(outDir) {
  const sections = readSections();
  const index = sections
    .filter(({ pages }) => pages.length > 0)
    .map(({ text, pages }) => {
      const lines = pages.map(
        ({ path, title, summary }) => `- [${title}](${path}.md): ${firstSentence(summary)}`,
      );
      return `## ${text}\n\n${lines.join("\n")}\n`;
    });
  writeFileSync(
    join(outDir, "llms.txt"),
    [intro, "The whole reference is one file: [llms-full.txt](llms-full.txt).\n", ...index].join(
      "\n",
    ),
  );
  const pages = sections.flatMap((section) => section.pages);
  for (const page of pages) writeFileSync(join(outDir, `${page.path}.md`), textOf(page));
  writeFileSync(join(outDir, "llms-full.txt"), [intro, ...pages.map(textOf)].join("\n"));
}

function textOf({ path, markdown }) {
  return `<!-- ${path}.md -->\n\n${withTestNames(markdown).trim()}\n`;
}

function firstSentence(text) {
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}
