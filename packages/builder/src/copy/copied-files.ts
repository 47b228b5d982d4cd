import { extname } from "node:path";
import { isEditorFile } from "../editor-files.ts";
import { listFiles, type ListedFile, type Listing } from "./list-files.ts";

/** The function's settings, which only Arclet reads. */
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
/** Sources that Node.js cannot run; they are never copied next to the bundle. */
const compiledExtensions = new Set([".ts", ".mts", ".cts", ".tsx", ".jsx"]);

/**
 * Files of a function's folder to copy next to its bundle, so that reads relative to `__dirname` or
 * `import.meta.url` work: all except bundled sources, TypeScript, tests, the function's settings, lock files,
 * `node_modules` and dot files (secrets, editors' files).
 *
 * @param bundled Absolute paths of the sources in the bundle.
 */
export function filesBesideBundle(folder: string, bundled: ReadonlySet<string>): Promise<Listing> {
  return listFiles(
    folder,
    (name, isFolder) =>
      (isFolder ? isFolderBesideBundle(name) : isBesideBundle(name)) &&
      !bundled.has(`${folder}/${name}`),
  );
}

function isFolderBesideBundle(name: string): boolean {
  const base = baseOf(name);
  return !base.startsWith(".") && base !== "node_modules";
}

/** Whether to copy an unbundled file of this name, relative to the function's folder. */
function isBesideBundle(name: string): boolean {
  const base = baseOf(name);
  if (base.startsWith(".") || isEditorFile(base)) return false;
  if (name === base && (configFiles.has(base) || developmentFiles.has(base))) return false;
  const extension = extname(base);
  if (compiledExtensions.has(extension)) return false;
  return !scriptExtensions.has(extension) || !/\.(test|spec)\.[cm]?js$/.test(base);
}

function isInCopiedFolder(name: string, isFolder: boolean): boolean {
  if (name.includes("/")) return true;
  if (isFolder) return name !== ".git" && name !== ".arclet";
  return !configFiles.has(name) && name !== ".DS_Store" && !name.startsWith(".env");
}

/**
 * Whether a file that appears in a function's folder under this name, relative to it with `/`, is
 * taken into its build folder.
 */
export function isTaken(name: string, isBundled: boolean): boolean {
  const folders = name.split("/").slice(0, -1);
  const above = folders.map((_, index) => folders.slice(0, index + 1).join("/"));
  return isBundled
    ? above.every(isFolderBesideBundle) && isBesideBundle(name)
    : above.every((folder) => isInCopiedFolder(folder, true)) && isInCopiedFolder(name, false);
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** Files of a folder that is shipped unchanged, including `node_modules`. */
export async function filesOfFolder(folder: string): Promise<readonly ListedFile[]> {
  const { files } = await listFiles(folder, isInCopiedFolder);
  return files;
}
