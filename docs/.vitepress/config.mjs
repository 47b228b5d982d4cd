import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";
import { withTestNames } from "../../scripts/test-names.mjs";
import { writeTexts } from "./llms.mjs";
import { readSections } from "./pages.mjs";

const sections = readSections();
// The editor's own grammar.
const grammar = JSON.parse(
  readFileSync(new URL("../../packages/vscode/arc.tmLanguage.json", import.meta.url), "utf8"),
);

export default defineConfig({
  title: "Arclet",
  description: "Real-time apps composed of fast, tiny functions",
  lang: "en",
  cleanUrls: false,
  lastUpdated: false,
  ignoreDeadLinks: "localhostLinks",
  head: [["link", { rel: "icon", href: "/favicon.svg", type: "image/svg+xml" }]],
  themeConfig: {
    logo: "/favicon.svg",
    outline: [2, 3],
    // An index that is built with the pages: nothing is asked of another server.
    search: { provider: "local" },
    nav: ["tutorial", "recipes/index", "manifest", "why"].flatMap((path) =>
      sections
        .flatMap(({ pages }) => pages)
        .filter((page) => page.path === path)
        .map(({ title }) => ({ text: title, link: `/${path}` })),
    ),
    sidebar: sections
      .filter(({ pages }) => pages.length > 0)
      .map(({ text, pages }) => ({
        text,
        items: pages.map(({ path, title }) => ({ text: title, link: `/${path}` })),
      })),
  },
  markdown: {
    languages: [grammar],
    config(md) {
      // `<!-- tests: folder -->` becomes the list of the tests' names.
      md.core.ruler.before("normalize", "test-names", (state) => {
        state.src = withTestNames(state.src);
      });
      // Sources are not part of the site: their links become plain text.
      md.core.ruler.push("source-links", ({ tokens }) => {
        for (const token of tokens) withoutSourceLinks(token.children ?? []);
      });
    },
  },
  buildEnd({ outDir }) {
    writeTexts(outDir);
  },
});

function withoutSourceLinks(tokens) {
  let isSource = false;
  for (const token of tokens) {
    if (token.type === "link_open") {
      isSource =
        /^\.\.\/(?:\.\.\/)?(?:packages|test|examples|bench|scripts|[A-Z]+\.md|[A-Z]+$)/.test(
          token.attrGet("href") ?? "",
        );
    }
    if (isSource && (token.type === "link_open" || token.type === "link_close")) {
      token.type = "text";
      token.tag = "";
      token.nesting = 0;
      token.content = "";
    }
    if (token.type === "link_close") isSource = false;
  }
}
