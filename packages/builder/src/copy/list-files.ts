import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";

export interface ListedFile {
  /** Relative to the listed folder, with `/`. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly isExecutable: boolean;
}

export interface Listing {
  readonly files: readonly ListedFile[];
  /** Absolute; the listed folder and every one below it that was entered. */
  readonly folders: readonly string[];
}

/**
 * Every file below `folder`, following symbolic links, in no particular order. `isWanted` gets each entry's name
 * relative to the folder; folders it rejects are skipped. Broken links and links to a containing folder are not
 * followed.
 */
export async function listFiles(
  folder: string,
  isWanted: (name: string, isFolder: boolean) => boolean,
): Promise<Listing> {
  const files: ListedFile[] = [];
  const folders: string[] = [];
  const enter = async (prefix: string, ancestors: ReadonlySet<string>): Promise<void> => {
    folders.push(join(folder, prefix));
    const entries = await readdir(join(folder, prefix), { withFileTypes: true });
    await Promise.all(
      entries.map(async (entry) => {
        const name = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
        if (entry.isDirectory()) {
          if (isWanted(name, true)) await enter(name, ancestors);
          return;
        }
        const path = join(folder, name);
        // Removed since the folder was read, or a broken link.
        const found = await stat(path).catch(() => null);
        if (found?.isDirectory() === true) {
          const real = await realpath(path);
          const isLoop = [...ancestors].some((above) => above === real || isInside(above, real));
          if (!isLoop && isWanted(name, true)) await enter(name, new Set([...ancestors, real]));
        } else if (found?.isFile() === true && isWanted(name, false)) {
          files.push({ name, path, isExecutable: (found.mode & 0o100) !== 0 });
        }
      }),
    );
  };
  await enter("", new Set([await realpath(folder)]));
  return { files, folders };
}

/** Whether `path` lies in `folder`. */
function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
