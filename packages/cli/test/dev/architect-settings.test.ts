import type { Project } from "@arclet/manifest";
import { readProject } from "@arclet/manifest/node";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../../test/helpers/temporary-folder.ts";
import { withArchitectSettings } from "../../src/dev/architect-settings.ts";

async function project(preferences = ""): Promise<Project> {
  await using folder = await temporaryFolder({
    "app.arc": "@app\nx\n\n@http\nget /\n",
    "preferences.arc": preferences,
  });
  const { project: read } = await readProject(folder.path);
  if (read === null) throw new Error("the project has errors");
  return read;
}

test("ARC_API_TYPE decides the kind of API", async () => {
  const settings = withArchitectSettings(await project(), { ARC_API_TYPE: "rest" });
  expect(settings.project.manifest.aws.apigateway).toBe("rest");
  expect(settings.diagnostics).toEqual([]);
});

test("what has no effect is a warning", async () => {
  const given = await project("@sandbox\nports\n  http 3334\n  _arc 2223\n");
  const { diagnostics } = withArchitectSettings(given, {
    ARC_API_TYPE: "soap",
    ARC_INTERNAL_PORT: "1",
  });
  expect(diagnostics.map(({ text }) => text.split(" has no effect")[0])).toEqual([
    "ARC_INTERNAL_PORT",
    "@sandbox ports _arc",
    'ARC_API_TYPE "soap"',
  ]);
});
