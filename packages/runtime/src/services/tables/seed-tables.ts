import { access, readFile } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Manifest } from "@arclet/manifest";
import { RuntimeError } from "../../errors.ts";
import { marshallItem } from "./dynamodb/marshall-item.ts";
import type { Tables } from "./tables.ts";

const fileNames = ["js", "cjs", "mjs", "json"].map((extension) => `sandbox-seed.${extension}`);

/**
 * Fills tables that are empty with the rows of a seed file (`{ table: [rows] }`, or a function that
 * gives it). What an app has written is never touched.
 * @throws RuntimeError `ERR_SEED_FAILED`
 */
export async function seedTables(
  tables: Pick<Tables, "isEmpty" | "put">,
  manifest: Manifest,
  root: string,
  seedFile: string | null,
): Promise<void> {
  const file = seedFile ?? (await findSeedFile(root));
  if (file === null) return;
  const shown = relative(root, file);
  const seeds = await loadSeeds(file, shown);
  const known = new Set(manifest.tables.map(({ name }) => name));
  for (const [name, rows] of Object.entries(seeds)) {
    if (!known.has(name)) throw failed(`${shown}: the manifest has no table "${name}"`);
    if (!Array.isArray(rows)) throw failed(`${shown}: "${name}" must be an array of rows`);
    if (!(await tables.isEmpty(name))) continue;
    for (const [index, row] of rows.entries()) {
      const item = marshallItem(row);
      if (item === null) throw failed(`${shown}: row ${index} of "${name}" must be an object`);
      await tables.put(name, item).catch((cause: unknown) => {
        throw failed(`${shown}: row ${index} of "${name}" was refused: ${textOf(cause)}`, cause);
      });
    }
  }
}

async function findSeedFile(root: string): Promise<string | null> {
  for (const name of fileNames) {
    const file = join(root, name);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return null;
}

async function loadSeeds(file: string, shown: string): Promise<Record<string, unknown>> {
  let seeds: unknown;
  try {
    seeds =
      extname(file) === ".json"
        ? JSON.parse(await readFile(file, "utf8"))
        : defaultOf(await import(pathToFileURL(file).href));
    if (typeof seeds === "function") seeds = await (seeds as () => unknown)();
  } catch (cause) {
    throw failed(`${shown} cannot be loaded: ${textOf(cause)}`, cause);
  }
  if (typeof seeds !== "object" || seeds === null || Array.isArray(seeds))
    throw failed(`${shown} must export an object of tables, such as { "cats": [{ "id": "1" }] }`);
  return { ...seeds };
}

function defaultOf(module: object): unknown {
  return "default" in module ? module.default : module;
}

function failed(message: string, cause?: unknown): RuntimeError {
  return new RuntimeError("ERR_SEED_FAILED", message, { cause });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
