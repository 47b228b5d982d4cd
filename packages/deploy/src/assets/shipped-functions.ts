import type { BuiltFunction } from "@arclet/builder";
import type { Project } from "@arclet/manifest";
import { realtimeFunctions, withRealtime } from "./realtime-functions.ts";
import { staticFunction } from "./static-function.ts";
import { withStaticMap } from "./with-static-map.ts";

/** All deployed functions: the app's, with their wrappers, and the built-in ones. */
export async function shippedFunctions(
  project: Project,
  built: readonly BuiltFunction[],
): Promise<readonly BuiltFunction[]> {
  return [
    ...(await ownFunctions(project, built)),
    ...(await staticFunction(project)),
    ...(await realtimeFunctions(project.manifest)),
  ];
}

/** Those of the app alone. */
export async function ownFunctions(
  project: Project,
  built: readonly BuiltFunction[],
): Promise<readonly BuiltFunction[]> {
  return withRealtime(project, await withStaticMap(project, built));
}
