import { mkdir, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { findHandler } from "@arclet/builder";
import type { ProjectFunction } from "@arclet/manifest";
import { CliError } from "../errors.ts";
import { reasonOf } from "./loaded-plugin.ts";
import type { PluginRuntime } from "./plugin-runtime.ts";

/**
 * Resolves a function with a custom runtime to one that the base runtime can run: from the plugin's compiled
 * output, from its own sources if Arclet can bundle their language, or from the plugin's build folder.
 * @throws CliError `ERR_PLUGIN` if the plugin fails to compile it.
 */
export async function compileFunction(
  declared: ProjectFunction,
  runtimes: ReadonlyMap<string, PluginRuntime>,
  root: string,
): Promise<ProjectFunction> {
  const runtime = runtimes.get(declared.id);
  if (runtime === undefined) return declared;
  if (runtime.compile !== undefined) {
    const output = join(root, ".arclet", "compiled", ...declared.id.split("/"));
    await rm(output, { recursive: true, force: true });
    await mkdir(output, { recursive: true });
    try {
      await runtime.compile({ functionId: declared.id, source: declared.directory, output });
    } catch (cause) {
      throw new CliError(
        "ERR_PLUGIN",
        `runtime ${runtime.name}: compiling ${declared.id} failed: ${reasonOf(cause)}`,
        { cause },
      );
    }
    return { ...declared, directory: output };
  }
  // Sources that Node.js or the bundler can use do not need the plugin's folder, which may hold older code.
  const own = await findHandler(declared, root);
  if (runtime.buildFolder === undefined || own.kind === "node") return declared;
  const built = join(root, runtime.buildFolder, relative(root, declared.directory));
  const isBuilt = await stat(built).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return { ...declared, directory: isBuilt ? built : declared.directory };
}
