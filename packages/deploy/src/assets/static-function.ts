import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { BuiltFunction } from "@arclet/builder";
import type { Project } from "@arclet/manifest";
import { staticFunctionId } from "../template/logical-ids.ts";

/** Builds the function that serves static files; none for an app without static files. */
export async function staticFunction(project: Project): Promise<readonly BuiltFunction[]> {
  if (!(await hasStaticFolder(project))) return [];
  const entry = createRequire(import.meta.url).resolve("@arclet/static/static-function");
  return [
    {
      functionId: staticFunctionId,
      directory: dirname(entry),
      sourceDirectory: dirname(entry),
      handler: "index.handler",
      entry,
      format: "esm",
      hash: createHash("sha256")
        .update(await readFile(entry))
        .digest("hex"),
      inputs: [],
    },
  ];
}

/** Whether the app has static files. The folder may not exist, even if it is declared. */
export async function hasStaticFolder({ root, manifest }: Project): Promise<boolean> {
  if (manifest.static === null) return false;
  try {
    await access(join(root, manifest.static.folder));
    return true;
  } catch {
    return false; // No folder: no static files.
  }
}
