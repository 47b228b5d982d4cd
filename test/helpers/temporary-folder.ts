import { mkdtemp, mkdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A folder outside the workspace with these files; gone at the end of `await using`. */
export async function temporaryFolder(
  files: Readonly<Record<string, string>> = {},
): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "arclet-cli-")));
  await writeTree(path, files);
  return {
    path,
    // What a killed server had started (a compiler that reads types) may write for a moment longer.
    [Symbol.asyncDispose]: () =>
      rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }),
  };
}

/** Writes files, by path relative to a folder. */
export async function writeTree(
  root: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** What `npm install` of an app would bring, taken from this workspace. */
export async function linkDependencies(root: string): Promise<void> {
  const installed = fileURLToPath(new URL("../../node_modules", import.meta.url));
  await symlink(installed, join(root, "node_modules"), "dir");
}
