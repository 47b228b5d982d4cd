import { createHash } from "node:crypto";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BuiltFunction } from "@arclet/builder";
import type { Project } from "@arclet/manifest";
import { names } from "./names.ts";
import { hasStaticFolder } from "./static-function.ts";
import { readStaticMap } from "./read-static-files.ts";

/** Where `@architect/functions` looks for the map, relative to the task root. */
const mapPath = "node_modules/@architect/shared/static.json";

/**
 * Copies functions whose code refers to `static.json`, with the map of fingerprinted names added. Locally,
 * names are not fingerprinted.
 */
export async function withStaticMap(
  project: Project,
  built: readonly BuiltFunction[],
): Promise<readonly BuiltFunction[]> {
  const { root, manifest } = project;
  const settings = manifest.static;
  if (settings === null || settings.fingerprint === false) return built;
  const map = (await hasStaticFolder(project)) ? await readStaticMap(root, settings) : null;
  if (map === null) return built;
  return Promise.all(
    built.map(async (one) => {
      if (!(await names(one.directory, "static.json"))) return one;
      const directory = join(root, ".arclet", "deploy", "functions", one.functionId);
      await rm(directory, { recursive: true, force: true });
      await cp(one.directory, directory, { recursive: true });
      await mkdir(dirname(join(directory, mapPath)), { recursive: true });
      await writeFile(join(directory, mapPath), map);
      const hash = createHash("sha256").update(one.hash).update(map).digest("hex");
      return { ...one, directory, hash };
    }),
  );
}
