import { createHash } from "node:crypto";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import type { BuiltFunction } from "@arclet/builder";
import type { Manifest, Project } from "@arclet/manifest";
import { authorizerFunctionId, realtimeFunctionId } from "../template/logical-ids.ts";
import { hasRealtime } from "../template/realtime.ts";

/** Names of the two files added to a function's build. */
const aroundFile = "arclet-around.mjs";
const entryFile = "arclet-entry.mjs";

/** The export of `@arclet/functions/aws/around` that wraps a function; null for none. */
function wrapperOf({ ws, rooms }: Manifest, functionId: string): string | null {
  const routeKey = ws?.routes.find((route) => route.functionId === functionId)?.routeKey;
  if (routeKey === "$connect") return "aroundConnect";
  if (routeKey === "$disconnect") return "aroundDisconnect";
  return rooms.some((kind) => kind.functionId === functionId) ? "aroundPresence" : null;
}

/**
 * Copies the functions for AWS, where `$connect`, `$disconnect` and presence functions are wrapped in code that
 * does what the local gateway does. Functions in other languages are not wrapped.
 */
export async function withRealtime(
  { root, manifest }: Pick<Project, "root" | "manifest">,
  built: readonly BuiltFunction[],
): Promise<readonly BuiltFunction[]> {
  if (!hasRealtime(manifest)) return built;
  const around = await readFile(resolved("around"));
  return Promise.all(
    built.map(async (one) => {
      const wrapper = wrapperOf(manifest, one.functionId);
      if (wrapper === null || one.format === null) return one;
      const directory = join(root, ".arclet", "deploy", "realtime", one.functionId);
      await rm(directory, { recursive: true, force: true });
      await cp(one.directory, directory, { recursive: true });
      const entry = entryText(one, wrapper);
      await writeFile(join(directory, aroundFile), around);
      await writeFile(join(directory, entryFile), entry);
      const hash = createHash("sha256").update(one.hash).update(around).update(entry).digest("hex");
      const place = { directory, entry: join(directory, entryFile), format: "esm" as const };
      return { ...one, ...place, handler: "arclet-entry.handler", hash };
    }),
  );
}

/** Source of a module that finds the handler as Lambda does: an export of the file, by the path in the handler's name. */
function entryText({ directory, entry, handler }: BuiltFunction, wrapper: string): string {
  const file = `./${relative(directory, entry).split(sep).join("/")}`;
  const path = handler
    .slice(handler.lastIndexOf("/") + 1)
    .split(".")
    .slice(1);
  return `import { ${wrapper} } from "./${aroundFile}";
const source = await import(${JSON.stringify(file)});
const path = ${JSON.stringify(path)};
const find = (found) => path.reduce((value, name) => value?.[name], found);
export const handler = ${wrapper}(find(source) ?? find(source.default));
`;
}

/** Builds the built-in functions that run only on AWS. */
export async function realtimeFunctions(manifest: Manifest): Promise<readonly BuiltFunction[]> {
  if (!hasRealtime(manifest)) return [];
  const hasLogins = (manifest.ws?.auth.length ?? 0) > 0;
  return Promise.all([
    builtIn(realtimeFunctionId, "realtime"),
    ...(hasLogins ? [builtIn(authorizerFunctionId, "authorizer")] : []),
  ]);
}

async function builtIn(functionId: string, name: string): Promise<BuiltFunction> {
  const entry = resolved(name);
  const directory = dirname(entry);
  return {
    functionId,
    directory,
    sourceDirectory: directory,
    handler: "index.handler",
    entry,
    format: "esm",
    hash: createHash("sha256")
      .update(await readFile(entry))
      .digest("hex"),
    inputs: [],
  };
}

function resolved(name: string): string {
  return createRequire(import.meta.url).resolve(`@arclet/functions/aws/${name}`);
}
