import { readFile } from "node:fs/promises";
import { packageFolderOf } from "./native-packages.ts";

/** A module's own place: in a bundle, that of the bundle. */
const ownPlace =
  /\b__dirname\b|\b__filename\b|\bimport\.meta\.(?:dirname|filename)\b|(?:fileURLToPath|new URL)\([^()]*import\.meta\.url/;
/** Reading, or running as a worker, what is found there. */
const reading =
  /\b(?:readFile|readFileSync|createReadStream|readdir|readdirSync|opendir|openSync|existsSync|statSync)\b|\bnew Worker\(|\bfork\(/;
/** Architect's helpers and Arclet's own look for what lies beside the bundle. */
const helper = /[\\/]node_modules[\\/]@(?:architect|arclet|begin)[\\/]/;

/** What `ownPlace` becomes in a bundle. */
const mention =
  /__dirname|__filename|import\.meta\.(?:dirname|filename)|import\.meta\.url|__arclet_import_meta_url/;

/**
 * Absolute folders of the packages that read files beside their own modules, such as templates, fonts
 * and data. In a bundle they would look beside the bundle: they work from their own folder only.
 *
 * @param bundle Text of the module.
 * @param inputs Absolute sources of the module, without symbolic links.
 * @param entry Absolute path of the handler's module, whose own package is the function.
 */
export async function packagesWithFiles(
  bundle: string,
  inputs: readonly string[],
  entry: string,
): Promise<readonly string[]> {
  if (!mention.test(bundle)) return [];
  const own = packageFolderOf(entry);
  const folders = new Set<string>();
  await Promise.all(
    inputs.map(async (input) => {
      const folder = packageFolderOf(input);
      if (folder === null || folder === own || helper.test(input) || !/\.[cm]?js$/.test(input))
        return;
      // A file that is gone by now is built again.
      const text = await readFile(input, "utf8").catch(() => "");
      if (ownPlace.test(text) && reading.test(text)) folders.add(folder);
    }),
  );
  return [...folders].toSorted((one, other) => (one < other ? -1 : 1));
}
