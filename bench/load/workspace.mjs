// Apps that are made for a measurement live in the cache folder: what they import is found from there.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../../.cache/bench", import.meta.url));

/** Writes an app anew: `files` by path. Returns its folder. */
export async function writeApp(name, files) {
  const folder = join(cache, name);
  await rm(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return folder;
}
