import { expect, test } from "vitest";
import { serveStatic } from "../src/serve-static.ts";
import type { StaticFile } from "../src/static-file.ts";

interface Named extends StaticFile {
  readonly name: string;
}

interface Asked {
  readonly files: readonly string[];
  readonly fingerprints?: Readonly<Record<string, string>>;
  readonly spa?: boolean;
  readonly prefix?: string;
}

/** Status and file, or place, of the answer to a request; null: there is none. */
async function ask(
  name: string,
  { files, fingerprints, spa = false, prefix }: Asked,
): Promise<readonly [number, string | undefined] | null> {
  const find = (wanted: string): Promise<Named | null> =>
    Promise.resolve(
      files.includes(wanted)
        ? {
            name: wanted,
            size: 1,
            etag: '"a"',
            modifiedAt: 0,
            contentType: "text/plain",
            cacheControl: "",
            encoding: null,
            variants: [],
          }
        : null,
    );
  const store =
    fingerprints === undefined
      ? { find }
      : { find, fingerprints: () => Promise.resolve(fingerprints) };
  const request = { method: "GET", name, header: () => undefined } as const;
  const response = await serveStatic(request, store, { spa, ignore: [], prefix: prefix ?? null });
  if (response === null) return null;
  return [response.status, response.body?.file.name ?? response.headers["location"]];
}

test.each([
  ["", ["index.html"], [200, "index.html"]],
  ["about", ["about/index.html", "about.html"], [200, "about/index.html"]],
  ["about", ["about", "about/index.html"], [200, "about"]],
  ["about.txt", ["about.txt.html"], null],
  ["a//b.txt", ["a//b.txt", "a/b.txt"], null],
  ["../secret", ["../secret"], null],
  ["a/./b", ["a/./b"], null],
  ["a\\b", ["a\\b"], null],
  ["a\0b", ["a\0b"], null],
  ["README.md", ["README.md"], null],
  ["node_modules/a.js", ["node_modules/a.js"], null],
  ["nothing", ["404.html"], [404, "404.html"]],
] as const)("%j of %j is %j", async (name, files, expected) => {
  expect(await ask(name, { files })).toEqual(expected);
});

test.each([
  ["any/where", [200, "index.html"]],
  ["any/where.js", [404, "404.html"]],
  [".env", [404, "404.html"]],
] as const)("with spa, %s is %j", async (name, expected) => {
  expect(await ask(name, { files: ["index.html", "404.html"], spa: true })).toEqual(expected);
});

test("a plain name leads to the fingerprinted one, where it is not a file itself", async () => {
  const fingerprints = { "a b.js": "a b-1.js", "index.html": "index-1.html" };
  const files = ["a b-1.js", "index.html"];
  expect(await ask("a b.js", { files, fingerprints })).toEqual([302, "/_static/a%20b-1.js"]);
  expect(await ask("index.html", { files, fingerprints })).toEqual([200, "index.html"]);
  expect(await ask("constructor", { files, fingerprints })).toBeNull();
});

test.each([
  ["app.js", ["app.js"], "app.js"],
  ["assets/app.js", ["app.js"], "app.js"],
  ["assets/app.js", ["app.js", "assets/app.js"], "assets/app.js"],
  ["assets/", ["index.html"], "index.html"],
] as const)("with the prefix assets, %s of %j is %s", async (name, files, file) => {
  expect(await ask(name, { files, prefix: "assets" })).toEqual([200, file]);
});

test("the prefix hides nothing that is public, and shows nothing that is hidden", async () => {
  const prefix = "assets";
  expect(await ask("assets/.env", { files: [".env"], prefix })).toBeNull();
  expect(await ask("assets/../secret", { files: ["../secret"], prefix })).toBeNull();
});
