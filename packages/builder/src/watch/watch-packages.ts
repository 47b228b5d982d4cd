import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface PackageWatch {
  close(): void;
}

/**
 * Files that package managers write last: npm, pnpm, yarn 2 and later, yarn 1, bun. The folder itself changes
 * with every added or removed package.
 */
const marks = [
  "",
  ".package-lock.json",
  ".modules.yaml",
  ".yarn-state.yml",
  ".yarn-integrity",
] as const;

/** Polling interval in milliseconds. A few `stat` calls are cheaper than the thousands of watches that `node_modules` needs. */
const lookEveryMs = 500;

/**
 * Calls `onInstalled` after packages were installed, updated or removed in the `node_modules` of a
 * project or of the folders above it, once they stay as they are from one look to the next.
 */
export async function watchPackages(
  root: string,
  onInstalled: () => void,
  everyMs: number = lookEveryMs,
): Promise<PackageWatch> {
  const paths = foldersAbove(root).flatMap((folder) =>
    marks.map((mark) => join(folder, "node_modules", mark)),
  );
  let known = await stampsOf(paths);
  let pending: string | null = null;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const now = await stampsOf(paths);
    if (isClosed) return;
    if (now === known) pending = null;
    else if (now === pending) {
      known = now;
      pending = null;
      onInstalled();
    } else pending = now;
    plan();
  };
  // A failing poll is a bug.
  const plan = (): void => {
    timer = setTimeout(() => void look(), everyMs).unref();
  };
  plan();
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

async function stampsOf(paths: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    paths.map(async (path) => {
      // Missing or unreadable; either may change.
      const found = await stat(path, { bigint: true }).catch(() => null);
      return found === null ? "" : `${found.mtimeNs}:${found.ino}`;
    }),
  );
  return stamps.join("|");
}

function foldersAbove(root: string): readonly string[] {
  const folders = [root];
  for (let folder = root; dirname(folder) !== folder; folder = dirname(folder))
    folders.push(dirname(folder));
  return folders;
}
