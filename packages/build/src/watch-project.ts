import { isAbsolute, relative, resolve, sep } from "node:path";
import { watch } from "chokidar";
import { BuildError, systemErrorCode } from "./errors.ts";

export interface WatchOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** Absolute source folders of functions: one inside a `dist` folder makes that folder be watched. @default none */
  readonly sourceDirectories?: readonly string[];
  /** Gets absolute paths of files that were written, made or removed, each once. */
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

/** One save is often several events (write, rename, times); they come within this time. */
const batchMs = 2;

/**
 * Watches a project's files, except for packages, version control and built folders. A change is told
 * at once; only a removal is held back (100 ms) for a save that replaces the file.
 */
export function watchProject(options: WatchOptions): ProjectWatcher {
  const { root, sourceDirectories = [], onChange, onError } = options;
  const ownsDist = sourceDirectories.some((folder) => partsOf(root, folder).includes("dist"));
  const isIgnored = (path: string): boolean =>
    partsOf(root, path).some((part) => ignoredFolders.has(part) || (part === "dist" && !ownsDist));

  let changed = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    timer = null;
    const batch = [...changed];
    changed = new Set();
    onChange({ changed: batch });
  };

  const watcher = watch(root, { ignored: isIgnored, ignoreInitial: true, atomic: true });
  watcher.on("all", (event, path) => {
    if (event === "addDir" || event === "unlinkDir") return;
    changed.add(resolve(root, path));
    timer ??= setTimeout(flush, batchMs);
  });
  watcher.on("error", (error) => onError(explain(error, root)));
  const ready = new Promise<void>((done) => {
    watcher.once("ready", () => done());
  });

  const close = async (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
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

function explain(error: unknown, root: string): unknown {
  const code = systemErrorCode(error);
  if (code !== "ENOSPC" && code !== "EMFILE") return error;
  return new BuildError(
    "ERR_TOO_MANY_WATCHES",
    `the system gives no more file watches for ${root}: raise fs.inotify.max_user_watches`,
    { cause: error },
  );
}
