import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import type { Project } from "@arclet/manifest";

/**
 * Whether a changed path affects the project itself: the manifest, a function's config, the preferences,
 * or the set of function folders.
 */
export function concernsProject(path: string, project: Project): boolean {
  const { root, watchedFiles, functions } = project;
  if (watchedFiles.includes(path)) return true;
  for (const { directory, exists, sourceCandidates } of functions) {
    const isOwn = isAtOrInside(path, directory);
    if (isOwn && exists) return !existsSync(directory);
    if (isOwn) return true;
    for (const candidate of sourceCandidates)
      if (isAtOrInside(path, join(root, candidate))) return true;
  }
  // A folder of an action that the manifest may not declare.
  return path.startsWith(join(root, "src", "ws") + sep);
}

function isAtOrInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep) || folder.startsWith(path + sep);
}
