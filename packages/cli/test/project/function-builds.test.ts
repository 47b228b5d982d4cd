import { utimes } from "node:fs/promises";
import { join } from "node:path";
import type { BuiltFunction } from "@arclet/builder";
import type { Diagnostic, ProjectFunction } from "@arclet/manifest";
import { describe, expect, test } from "vitest";
import { functionConfigWith } from "../../../../test/helpers/model.mjs";
import { temporaryFolder } from "../../../../test/helpers/temporary-folder.ts";
import { FunctionBuilds, type BuildOutcome } from "../../src/project/function-builds.ts";

const declared: ProjectFunction = {
  id: "ws/default",
  pragma: "ws",
  name: "default",
  sourceCandidates: ["src/ws/default"],
  config: functionConfigWith(),
  origin: null,
  directory: "/app/src/ws/default",
  exists: true,
};

function good(hash: string): BuildOutcome {
  const built: BuiltFunction = {
    functionId: declared.id,
    directory: "/app/.arclet/build/ws/default",
    sourceDirectory: declared.directory,
    handler: "index.handler",
    entry: "/app/.arclet/build/ws/default/index.mjs",
    format: "esm",
    hash,
    inputs: [],
  };
  return { ok: true, built, diagnostics: [] };
}

function bad(text: string, inputs: readonly string[] = []): BuildOutcome {
  const diagnostic: Diagnostic = {
    severity: "error",
    code: "syntax",
    text,
    location: null,
    notes: [],
  };
  return {
    ok: false,
    diagnostics: [diagnostic],
    inputs,
    missing: { paths: [], hasPackages: false },
  };
}

/** Builds that come out as told, one after the other. */
function scripted(...outcomes: BuildOutcome[]): () => ReturnType<FunctionBuilds["buildAll"]> {
  const builds = new FunctionBuilds(() => {
    const next = outcomes.shift();
    return next === undefined
      ? Promise.reject(new Error("one build too many"))
      : Promise.resolve(next);
  });
  return () => builds.buildAll([declared], [declared]);
}

describe("a round of builds", () => {
  test("names functions whose code is new, and no others", async () => {
    const build = scripted(good("a"), good("a"), good("b"));
    expect((await build()).changed).toEqual(["ws/default"]);
    expect(await build()).toMatchObject({ changed: [], needsUpdate: false });
    expect((await build()).changed).toEqual(["ws/default"]);
  });

  test("keeps the last good code of a function that fails", async () => {
    const build = scripted(good("a"), bad("x"));
    await build();
    expect(await build()).toMatchObject({
      changed: [],
      needsUpdate: false,
      failed: ["ws/default"],
      diagnostics: [{ text: "x" }],
    });
  });

  test("tells a failure once, and again when it is another one", async () => {
    const build = scripted(bad("x"), bad("x"), bad("y"));
    expect(await build()).toMatchObject({
      changed: [],
      needsUpdate: true,
      diagnostics: [{ text: "x" }],
    });
    expect(await build()).toMatchObject({
      needsUpdate: false,
      failed: ["ws/default"],
      diagnostics: [],
    });
    expect(await build()).toMatchObject({ needsUpdate: true, diagnostics: [{ text: "y" }] });
  });

  test("names what was saved and fails as before, and what builds again", async () => {
    await using folder = await temporaryFolder({ "index.js": "" });
    const file = join(folder.path, "index.js");
    const build = scripted(bad("x", [file]), bad("x", [file]), bad("x", [file]), good("a"));
    expect(await build()).toMatchObject({ unchanged: [], untouched: [], repaired: [] });
    expect(await build()).toMatchObject({ unchanged: [], untouched: ["ws/default"] });
    await utimes(file, 1, 1);
    expect(await build()).toMatchObject({ unchanged: ["ws/default"], untouched: [] });
    expect(await build()).toMatchObject({ unchanged: [], repaired: ["ws/default"] });
  });

  test("reports once what is wrong with a file that several functions read", async () => {
    const builds = new FunctionBuilds(() => Promise.resolve(bad("x")));
    const both = [declared, { ...declared, id: "ws/connect" }];
    expect(await builds.buildAll(both, both)).toMatchObject({
      failed: ["ws/default", "ws/connect"],
      diagnostics: [{ text: "x" }],
    });
  });

  test("tells a failure again after it was mended", async () => {
    const build = scripted(bad("x"), good("a"), bad("x"));
    await build();
    expect((await build()).changed).toEqual(["ws/default"]);
    expect((await build()).diagnostics).toHaveLength(1);
  });
});
