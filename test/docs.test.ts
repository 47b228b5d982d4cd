import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
].filter((page) => page.endsWith(".md"));

describe("documentation", () => {
  test.each(pages)("every relative link of %s leads somewhere", (page) => {
    const text = readFileSync(join(root, page), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)]*)?\)/g)];
    const broken = links
      .map((link) => link[1] ?? "")
      .filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(broken).toEqual([]);
  });

  test.each(pages)("%s has no markers of a merge", (page) => {
    expect(readFileSync(join(root, page), "utf8")).not.toMatch(/^(?:<{7}|={7}|>{7})(?: |$)/m);
  });

  test("names every dependency of the packages in ARCHITECTURE.md", () => {
    const architecture = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
    const missing: string[] = [];
    for (const folder of readdirSync(join(root, "packages"))) {
      const text = readFileSync(join(root, "packages", folder, "package.json"), "utf8");
      const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
      for (const name of Object.keys(dependencies)) {
        const isOwn = name.startsWith("@arclet/") || name === "arclet";
        const known = name.startsWith("@aws-sdk/") ? "@aws-sdk/*" : name;
        if (!isOwn && !architecture.includes(known)) missing.push(name);
      }
    }
    expect(missing).toEqual([]);
  });

  test("pins every dependency to an exact version", () => {
    const loose: string[] = [];
    for (const folder of readdirSync(join(root, "packages"))) {
      const text = readFileSync(join(root, "packages", folder, "package.json"), "utf8");
      const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
      for (const [name, version] of Object.entries(dependencies)) {
        if (!/^\d+\.\d+\.\d+$/.test(version)) loose.push(`${folder}: ${name}@${version}`);
      }
    }
    expect(loose).toEqual([]);
  });
});
