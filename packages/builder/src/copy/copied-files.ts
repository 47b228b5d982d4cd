import { extname } from "node:path";
import { isEditorFile } from "../editor-files.ts";
import { listFiles, type ListedFile, type Listing } from "./list-files.ts";

/** Settings of the function: read by Arclet, of no use to the function. */
const configFiles = new Set(
  ["config", "arc-config", ".arc-config", "arc"].flatMap((stem) =>
    ["arc", "json", "yaml", "yml"]
      .map((extension) => `${stem}.${extension}`)
      .filter((name) => name !== "config.json" && name !== "arc.arc"),
  ),
).add(".arc-config");

const developmentFiles = new Set([
  "tsconfig.json",
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
]);

const scriptExtensions = new Set([".js", ".mjs", ".cjs"]);
/** Node.js cannot run these as they are: bundled or not, they have no place beside the bundle. */
const compiledExtensions = new Set([".ts", ".mts", ".cts", ".tsx", ".jsx"]);

/**
 * The files of a function's folder that go beside its bundle, so that reads relative to `__dirname`
 * or `import.meta.url` work: all but what the bundle holds already, TypeScript, tests, the function's
 * settings, lock files, `node_modules` and whatever begins with a dot (secrets, editors' files).
 *
 * @param bundled Absolute paths of the sources in the bundle.
 */
export function filesBesideBundle(folder: string, bundled: ReadonlySet<string>): Promise<Listing> {
  return listFiles(folder, (name, isFolder) => {
    const base = name.slice(name.lastIndexOf("/") + 1);
    if (base.startsWith(".") || isEditorFile(base)) return false;
    if (isFolder) return base !== "node_modules";
    if (name === base && (configFiles.has(base) || developmentFiles.has(base))) return false;
    const extension = extname(base);
    if (compiledExtensions.has(extension)) return false;
    if (!scriptExtensions.has(extension)) return true;
    return !/\.(test|spec)\.[cm]?js$/.test(base) && !bundled.has(`${folder}/${name}`);
  });
}

/** The files of a folder that is shipped as it is, `node_modules` and all. */
export async function filesOfFolder(folder: string): Promise<readonly ListedFile[]> {
  const { files } = await listFiles(folder, (name, isFolder) => {
    if (name.includes("/")) return true;
    if (isFolder) return name !== ".git" && name !== ".arclet";
    return !configFiles.has(name) && name !== ".DS_Store" && !name.startsWith(".env");
  });
  return files;
}
