import { basename, dirname, sep } from "node:path";

/** What is known of a function when files change. */
export interface WatchedFunction {
  readonly functionId: string;
  /** Absolute source folder. */
  readonly directory: string;
  /** Absolute files of its last good build. */
  readonly inputs: readonly string[];
  /** Its newest build failed: what it misses may appear anywhere. */
  readonly isBroken: boolean;
}

/** Files that change how every source below their folder is read. */
const inheritedFiles = new Set(["package.json", "tsconfig.json"]);

/** Ids of the functions to build again after `changed` (absolute paths) were written, made or removed. */
export function affectedFunctions(
  changed: Iterable<string>,
  functions: readonly WatchedFunction[],
): ReadonlySet<string> {
  const paths = [...changed];
  const isAffected = ({ directory, inputs, isBroken }: WatchedFunction): boolean =>
    paths.some(
      (path) =>
        isBroken ||
        isInside(path, directory) ||
        isInside(directory, path) ||
        path === directory ||
        (inheritedFiles.has(basename(path)) && isInside(directory, dirname(path))) ||
        inputs.includes(path),
    );
  return new Set(functions.filter(isAffected).map(({ functionId }) => functionId));
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
