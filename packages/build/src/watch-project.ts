import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { watch } from "chokidar";
import { isEditorFile } from "./editor-files.ts";
import { BuildError, systemErrorCode } from "./errors.ts";
import { SettledChanges } from "./settled-changes.ts";

export interface WatchOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** Absolute source folders of functions: one inside a `dist` folder makes that folder be watched. @default none */
  readonly sourceDirectories?: readonly string[];
  /**
   * How long a file may be gone or empty before that is told. Editors save by emptying the file first,
   * or by moving it away and writing a new one. @default 100
   */
  readonly halfSavedMs?: number;
  /** Gets absolute paths of files that were written, made or removed, and of removed folders, each once. */
  readonly onChange: (batch: { readonly changed: readonly string[] }) => void;
  /** A BuildError when the system gives no more watches; files may go unnoticed from then on. */
  readonly onError: (error: unknown) => void;
}

export interface ProjectWatcher extends AsyncDisposable {
  /** Resolves once every later change is noticed. */
  readonly ready: Promise<void>;
  /** Watches sources outside the project folder too; those inside, and packages, are skipped. */
  follow(files: readonly string[]): void;
  close(): Promise<void>;
}

const ignoredFolders = new Set(["node_modules", ".arclet", ".git"]);

/**
 * Watches a project's files, except for packages, version control and built folders. A change is told
 * within milliseconds; only a file that is gone or empty is given 100 ms to come back.
 */
export function watchProject(options: WatchOptions): ProjectWatcher {
  const { root, sourceDirectories = [], halfSavedMs = 100, onChange, onError } = options;
  const ownsDist = sourceDirectories.some((folder) => partsOf(root, folder).includes("dist"));
  const isIgnored = (path: string): boolean =>
    partsOf(root, path).some((part) => ignoredFolders.has(part) || (part === "dist" && !ownsDist));

  const changes = new SettledChanges((changed) => onChange({ changed }), onError, halfSavedMs);
  const add = (path: string): void => {
    if (!isIgnored(path) && !isEditorFile(basename(path))) changes.add(path);
  };

  const watcher = watch(root, { ignored: isIgnored, ignoreInitial: true, atomic: false });
  watcher.on("all", (_event, path) => add(resolve(root, path)));
  // chokidar 5 misses every other save of a file that is replaced by a rename, as many editors save.
  // Its watch of the folder does see it, and tells so here.
  watcher.on("raw", (_event, name: string | null, details: unknown) => {
    const watched = watchedPathOf(details);
    if (watched === null) return;
    // The watch is of a file, or of a folder; which one, no event says.
    if (name === null || name === basename(watched)) add(watched);
    if (name !== null) add(join(watched, name));
  });
  watcher.on("error", (error) => onError(explain(error, root)));
  const ready = new Promise<void>((done) => {
    watcher.once("ready", () => done());
  });

  const close = async (): Promise<void> => {
    changes.close();
    await watcher.close();
  };
  return {
    ready,
    follow(files) {
      const outside = files.filter(
        (file) => isOutside(root, file) && !file.split(sep).includes("node_modules"),
      );
      if (outside.length > 0) watcher.add(outside);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Names of the folders and the file from `root` down to `path`. */
function partsOf(root: string, path: string): readonly string[] {
  return isOutside(root, path) ? [] : relative(root, path).split(sep);
}

function isOutside(root: string, path: string): boolean {
  const name = relative(root, path);
  return name === ".." || name.startsWith(`..${sep}`) || isAbsolute(name);
}

function watchedPathOf(details: unknown): string | null {
  if (typeof details !== "object" || details === null || !("watchedPath" in details)) return null;
  return typeof details.watchedPath === "string" ? details.watchedPath : null;
}

function explain(error: unknown, root: string): unknown {
  const code = systemErrorCode(error);
  if (code !== "ENOSPC" && code !== "EMFILE") return error;
  return new BuildError(
    "ERR_TOO_MANY_WATCHES",
    `the system gives no more file watches for ${root}: raise fs.inotify.max_user_watches`,
    { cause: error },
  );
}
