import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import MiniSearch from "minisearch";
import { build } from "vitepress";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSections } from "../docs/.vitepress/pages.mjs";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const root = join(import.meta.dirname, "..");
const pages = readSections().flatMap((section) => section.pages);

describe("the site", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let site: string;

  // A dead link between pages fails the build.
  beforeAll(async () => {
    folder = await temporaryFolder();
    site = join(folder.path, "site");
    await build(join(root, "docs"), { outDir: site });
  }, 120_000);
  afterAll(async () => {
    await folder[Symbol.asyncDispose]();
  });

  test("has every page of docs/, in the sidebar too", () => {
    const index = readFileSync(join(site, "manifest.html"), "utf8");
    expect(pages.length).toBeGreaterThan(12);
    for (const { path } of pages) {
      expect(existsSync(join(site, `${path}.html`))).toBe(true);
      expect(index).toContain(`href="/${path === "index" ? "" : path.replace(/\/index$/, "/")}`);
    }
  });

  test("asks no other server for anything", () => {
    for (const { path } of pages) {
      const html = readFileSync(join(site, `${path}.html`), "utf8");
      const loaded = html.matchAll(/<(?:script|link|img)\b[^>]*(?:src|href)="(https?:[^"]+)"/g);
      expect([...loaded].map(([, url]) => url)).toEqual([]);
    }
  });

  test.each(["broadcast", "login", "cors", "queues"])("finds %j", async (word) => {
    const chunks = join(site, "assets/chunks");
    const file = readdirSync(chunks).find((name) => name.startsWith("@localSearchIndexroot"));
    const module = (await import(pathToFileURL(join(chunks, file ?? "")).href)) as {
      default: string;
    };
    const index = MiniSearch.loadJSON<{ title: string }>(module.default, {
      fields: ["title", "titles", "text"],
      storeFields: ["title", "titles"],
    });
    expect(index.search(word, { prefix: true }).length).toBeGreaterThan(0);
  });

  test("has llms.txt, which names every page, and the whole as one file", () => {
    const list = readFileSync(join(site, "llms.txt"), "utf8");
    const whole = readFileSync(join(site, "llms-full.txt"), "utf8");
    expect(list.startsWith("# Arclet\n\n> ")).toBe(true);
    for (const { path, title } of pages) {
      expect(list).toContain(`- [${title}](${path}.md): `);
      expect(whole).toContain(`<!-- ${path}.md -->`);
      expect(existsSync(join(site, `${path}.md`))).toBe(true);
    }
    expect(whole).toContain("- the answer of &#36;connect: %i opens the socket");
  });
});

describe("headings", () => {
  const slug = (heading: string): string =>
    heading
      .replaceAll(/[`*]|\[([^\]]+)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number} _-]/gu, "")
      .trim()
      .replaceAll(" ", "-");

  test.each(pages.map(({ path }) => path))("that %s links to are there", (path) => {
    const { markdown } = pages.find((page) => page.path === path) ?? { markdown: "" };
    const missing = [...markdown.matchAll(/\]\(([\w./-]+\.md)?#([\w-]+)\)/g)]
      .filter(([, file, anchor]) => {
        const target = file === undefined ? path : join(path, "..", file).replace(/\.md$/, "");
        const page = pages.find((other) => other.path === target);
        if (page === undefined) return true;
        const headings = [...page.markdown.matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) =>
          slug(text),
        );
        return !headings.includes(anchor ?? "");
      })
      .map(([link]) => link);
    expect(missing).toEqual([]);
  });
});
