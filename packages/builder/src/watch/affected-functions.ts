import { basename, dirname, relative, sep } from "node:path";
import type { MissingSources } from "../built-function.ts";
import { isTaken } from "../copy/copied-files.ts";

/** A function's files, to find out whether a change affects it. */
export interface WatchedFunction {
  readonly functionId: string;
  /** Absolute source folder. */
  readonly directory: string;
  /** Whether the folder is bundled; others are copied whole. */
  readonly isBundled: boolean;
  /** Absolute files that its newest build read. */
  readonly inputs: readonly string[];
  /** Missing files of its newest build; null if it succeeded. */
  readonly missing: MissingSources | null;
}

/** Files that change how every source below their folder is read: `package.json`, `tsconfig.base.json`. */
const inheritedFile = /^(?:package\.json|[jt]sconfig(?:\.[\w.-]+)?\.json)$/;
const sourceExtension = /\.(?:[cm]?[jt]sx?|json)$/;

/**
 * Functions to rebuild after the absolute paths in `changed` were written, created or removed, with the paths that
 * affect them: those that the newest build read, missed, or would now read.
 */
export function affectedFunctions(
  changed: Iterable<string>,
  functions: readonly WatchedFunction[],
): ReadonlyMap<string, readonly string[]> {
  const paths = [...changed];
  const affected = new Map<string, readonly string[]>();
  for (const watched of functions) {
    const concerned = paths.filter((path) => affects(path, watched));
    if (concerned.length > 0) affected.set(watched.functionId, concerned);
  }
  return affected;
}

function affects(path: string, watched: WatchedFunction): boolean {
  const { directory, isBundled, inputs, missing } = watched;
  if (inputs.some((input) => path === input || isInside(path, input))) return true;
  if (path === directory || isInside(directory, path)) return true;
  const isOwn = isInside(path, directory);
  if (isOwn && isTaken(relative(directory, path).split(sep).join("/"), isBundled)) return true;
  // Without a handler, nothing has been read yet.
  if (isOwn && missing !== null && inputs.length === 0) return sourceExtension.test(path);
  if (missing?.paths.some((stem) => isAt(path, stem)) === true) return true;
  if (inheritedFile.test(basename(path))) {
    const folder = dirname(path);
    return isInside(directory, folder) || inputs.some((input) => isInside(input, folder));
  }
  return sourceExtension.test(path) && inputs.some((input) => isAlternativeTo(path, input));
}

/** Whether an import that finds `input` may find `path` instead: `a.ts` for `a.js`, `a.js` for `a/index.js`. */
function isAlternativeTo(path: string, input: string): boolean {
  const [one, other] = [stemOf(path), stemOf(input)];
  return one === other || `${one}${sep}index` === other || one === `${other}${sep}index`;
}

function stemOf(path: string): string {
  return path.replace(sourceExtension, "");
}

/** `lib/names`, `lib/names.ts` and `lib/names/index.js` are at `lib/names`. */
function isAt(path: string, stem: string): boolean {
  return path === stem || path.startsWith(`${stem}.`) || isInside(path, stem);
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
