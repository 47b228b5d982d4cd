import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readProject } from "@arclet/manifest/node";
import { expect, test } from "vitest";
import { serviceOptions } from "../../src/dev/service-options.ts";

test("ports and the seed file come from the preferences, and ports of the environment win", async () => {
  const root = await mkdtemp(join(tmpdir(), "arclet-options-"));
  await writeFile(join(root, "app.arc"), "@app\noptions\n\n@http\nget /\n");
  await writeFile(
    join(root, "preferences.arc"),
    "@sandbox\nseed-data data/seeds.json\nports\n  events 4555\n  tables 5666\n",
  );
  const { project } = await readProject(root);
  if (project === null) throw new Error("the project has errors");
  expect(serviceOptions(project, {})).toEqual({
    seedFile: join(root, "data/seeds.json"),
    servicePorts: { events: 4555, tables: 5666 },
  });
  expect(serviceOptions(project, { ARC_TABLES_PORT: "5777", ARC_EVENTS_PORT: "no" })).toEqual({
    seedFile: join(root, "data/seeds.json"),
    servicePorts: { events: 4555, tables: 5777 },
  });
});
