// Which ES modules `arclet dev` loads until it is ready, threads included.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startArcletDev } from "./peers.mjs";

/** URLs of the modules that a start of the app in this folder loads. */
export async function loadedModules(app) {
  const folder = await mkdtemp(join(tmpdir(), "arclet-bench-"));
  try {
    const list = join(folder, "modules.txt");
    const server = await startArcletDev(app, {
      NODE_OPTIONS: `--import=${new URL("list-modules.mjs", import.meta.url).href}`,
      BENCH_MODULE_LIST: list,
    });
    await server.stop();
    return (await readFile(list, "utf8")).split("\n");
  } finally {
    await rm(folder, { recursive: true });
  }
}
