import { lstatSync, realpathSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { systemErrorCode } from "@arclet/manifest";
import { isEditorFile } from "../editor-files.ts";
import { BuildError } from "../errors.ts";
import { SettledChanges } from "./settled-changes.ts";

export interface WatchOptions {
  /**
   * Time in milliseconds before a missing or empty file is reported, because editors save by emptying the file first,
   * or by moving it away and writing a new one. @default 100
   */
  readonly halfSavedMs?: number;
  /**
   * Called with a BuildError if the system's watch limit is reached. Later changes may go unnoticed.
   * @default throws it, as an uncaught exception
   */
  readonly onError?: (error: unknown) => void;
}

export interface ProjectWatcher {
  /** Watches sources outside the project folder too; those inside, and packages, are skipped. */
  follow(files: readonly string[]): void;
  close(): Promise<void>;
}

/** Delay after a folder appears before its files are checked again. */
const newFolderMs = 100;

/** Folders without files of the project. */
const ignoredFolders: ReadonlySet<string> = new Set([
  "node_modules",
  ".arclet",
  ".git",
  ".cache",
  "coverage",
  // Python's: virtual environments hold thousands of files, and running a module writes its cache.
  ".venv",
  "venv",
  "__pycache__",
]);

/**
 * Reports absolute paths of files below `root` that were written, created or removed, within milliseconds; only
 * missing or empty files are reported later. A removed folder is reported with its files. Resolves once files are
 * watched.
 */
export async function watchProject(
  root: string,
  onChange: (files: ReadonlySet<string>) => void,
  options: WatchOptions = {},
): Promise<ProjectWatcher> {
  const { halfSavedMs = 100, onError = throwUncaught } = options;
  const isIgnored = (path: string): boolean =>
    !isOutside(root, path) &&
    (relative(root, path)
      .split(sep)
      .some((part) => ignoredFolders.has(part)) ||
      leadsBack(path, root));

  const changes = new SettledChanges(onChange, onError, halfSavedMs);
  const add = (path: string): void => {
    if (!isIgnored(path) && !isEditorFile(basename(path))) changes.add(path);
  };

  // Loaded on demand, after the app has started.
  const { watch } = await import("chokidar");
  const watcher = watch(root, { ignored: isIgnored, ignoreInitial: true, atomic: false });
  watcher.on("all", (_event, path) => add(resolve(root, path)));
  // chokidar lists a new folder before it watches it: a file that is written between the two is lost.
  const looks = new Set<NodeJS.Timeout>();
  watcher.on("addDir", (path) => {
    const look = setTimeout(() => {
      looks.delete(look);
      reportFilesOf(resolve(root, path)).catch(onError);
    }, newFolderMs);
    looks.add(look);
  });

  async function reportFilesOf(folder: string): Promise<void> {
    // It was removed again, which is reported separately.
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isFile() && !isIgnored(path) && !isEditorFile(entry.name))
        await changes.addUnreported(path);
    }
  }

  // chokidar 5 misses every other save of a file that is replaced by a rename, as many editors save.
  // Its watch of the folder does see it, and reports it here.
  watcher.on("raw", (_event, name: string | null, details: unknown) => {
    const watched = watchedPathOf(details);
    if (watched === null) return;
    if (name === null) add(watched);
    else if (name !== basename(watched)) add(join(watched, name));
    else addEither(watched, name).catch(onError);
  });
  watcher.on("error", (error) => onError(explain(error, root)));

  /** The watched path may be a file, or a folder that contains a file of its own name; the event does not distinguish them. */
  async function addEither(watched: string, name: string): Promise<void> {
    const found = await stat(watched).catch(() => null);
    add(found?.isDirectory() === true ? join(watched, name) : watched);
  }

  await new Promise<void>((done) => {
    watcher.once("ready", () => done());
  });
  return {
    follow(files) {
      const outside = files.filter(
        (file) => isOutside(root, file) && !file.split(sep).includes("node_modules"),
      );
      if (outside.length > 0) watcher.add(outside);
    },
    async close() {
      for (const look of looks) clearTimeout(look);
      changes.close();
      await watcher.close();
    },
  };
}

/**
 * Whether a path below `root` is a link to a folder that contains it, which would repeat the same files endlessly,
 * or a broken link, which cannot be watched.
 */
function leadsBack(path: string, root: string): boolean {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return false;
    const target = realpathSync(path);
    for (let above = dirname(path); ; above = dirname(above)) {
      const real = realpathSync(above);
      if (real === target || real.startsWith(target + sep)) return true;
      if (above === root || dirname(above) === above) return false;
    }
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "ELOOP") return true;
    // The watcher gets the same error, and reports it.
    return false;
  }
}

function isOutside(root: string, path: string): boolean {
  const name = relative(root, path);
  return name === ".." || name.startsWith(`..${sep}`) || isAbsolute(name);
}

function watchedPathOf(details: unknown): string | null {
  if (typeof details !== "object" || details === null || !("watchedPath" in details)) return null;
  return typeof details.watchedPath === "string" ? details.watchedPath : null;
}

function throwUncaught(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

function explain(error: unknown, root: string): unknown {
  const code = systemErrorCode(error);
  if (code !== "ENOSPC" && code !== "EMFILE") return error;
  return new BuildError(
    "ERR_TOO_MANY_WATCHES",
    `the system's limit of file watches is reached for ${root}, so saves may go unnoticed: raise fs.inotify.max_user_watches`,
    { cause: error },
  );
}
