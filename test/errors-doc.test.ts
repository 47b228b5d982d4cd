import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { diagnosticCodes } from "@arclet/manifest";
import { describe, expect, test } from "vitest";

const page = readFileSync(fileURLToPath(new URL("../docs/errors.md", import.meta.url)), "utf8");

/** Codes in the table below a heading. */
function documented(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  return [...section.matchAll(/^\| `([\w-]+)`/gm)].map((match) => match[1] ?? "");
}

describe("docs/errors.md", () => {
  test("has every code of the manifest, and nothing else under that heading", () => {
    expect(documented("Manifest")).toEqual(Object.keys(diagnosticCodes).toSorted());
  });

  test("has every code the packages throw, and nothing else under that heading", () => {
    const codes = new Set<string>();
    for (const name of ["builder", "cli", "deploy", "runtime"]) {
      const path = fileURLToPath(new URL(`../packages/${name}/src/errors.ts`, import.meta.url));
      for (const [code] of readFileSync(path, "utf8").matchAll(/ERR_[A-Z_]+/g)) codes.add(code);
    }
    expect(documented("Programs")).toEqual([...codes].toSorted());
  });
});
