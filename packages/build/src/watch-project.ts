import { basename, relative, sep } from "node:path";
import { watch } from "chokidar";

/** Folders in which a project's own files are not. */
const ignoredFolders: ReadonlySet<string> = new Set([
  "node_modules",
  ".arclet",
  ".git",
  ".cache",
  "coverage",
]);

/** Saves of one moment (an editor's "save all", a checkout) come together. */
const gatherMs = 4;

export interface ProjectWatcher {
  close(): Promise<void>;
}

/** Tells saved, added and removed files, absolute, a moment after the first. Resolves once it watches. */
export async function watchProject(
  root: string,
  onChange: (files: ReadonlySet<string>) => void,
): Promise<ProjectWatcher> {
  const watcher = watch(root, {
    ignoreInitial: true,
    ignored: (path) => {
      const inside = relative(root, path);
      return (
        inside !== "" &&
        inside.split(sep).some((part) => ignoredFolders.has(part) || isScratch(part))
      );
    },
  });
  let files = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  watcher.on("all", (_event, path) => {
    files.add(path);
    timer ??= setTimeout(() => {
      const changed = files;
      files = new Set();
      timer = null;
      onChange(changed);
    }, gatherMs);
  });
  await new Promise<void>((resolve) => {
    watcher.once("ready", () => resolve());
  });
  return {
    async close() {
      if (timer !== null) clearTimeout(timer);
      await watcher.close();
    },
  };
}

/** Files editors write beside the real one. */
function isScratch(name: string): boolean {
  return /(?:~|\.sw[a-p]|\.tmp)$/.test(name) || basename(name) === "4913";
}
