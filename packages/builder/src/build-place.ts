import { realpath } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { ProjectFunction } from "@arclet/manifest";

/** The paths of one build. */
export interface BuildPlace {
  /** Project folder, as the caller gave it. */
  readonly givenRoot: string;
  /** Project folder, without symbolic links. */
  readonly root: string;
  /** Source folder, without symbolic links. */
  readonly source: string;
  /** Build folder of the function, to which paths in its source map are relative. */
  readonly directory: string;
  /** Folder of this build: `directory`, or one next to it while functions run from `directory`. */
  readonly outFolder: string;
}

export async function findPlace(
  declared: ProjectFunction,
  givenRoot: string,
  directory: string,
  outFolder: string,
): Promise<BuildPlace> {
  return {
    givenRoot,
    root: await realpath(givenRoot),
    source: await realpath(declared.directory),
    directory,
    outFolder,
  };
}

/** The build folder as seen from the real project folder, so that source maps lead back from it. */
export function realOutput({ givenRoot, root, directory }: BuildPlace): string {
  const name = relative(givenRoot, directory);
  return name.startsWith("..") ? directory : resolve(root, name);
}

/** Converts a real path to one below the project folder as the caller gave it. */
export function givenPath(path: string, { givenRoot, root }: BuildPlace): string {
  const name = relative(root, path);
  return name.startsWith("..") ? path : resolve(givenRoot, name);
}
