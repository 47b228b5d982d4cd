import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { StaticFiles } from "@arclet/manifest";
import { encodings, isPublicName, variantName, type Encoding } from "@arclet/static";

/** A static file to upload. */
export interface StaticObject {
  readonly key: string;
  /** Path of the file, or the content that is in no file. */
  readonly content: { readonly path: string } | { readonly bytes: Uint8Array };
  /** Whether its name depends on its content, so that it may be cached forever. */
  readonly isFingerprinted: boolean;
  /** Encodings in which the same file seems to lie beside it. */
  readonly variants: readonly Encoding[];
}

/** Name of the map from names to fingerprinted names. */
const mapName = "static.json";

/**
 * Reads a folder's files for upload. Pages come last, so that no page refers to a file that is not uploaded
 * yet. With `fingerprint true`, `static.json` is added. None where there is no folder:
 * the bucket of a stack that Architect made is there without one.
 */
export async function readStaticFiles(
  root: string,
  settings: StaticFiles,
): Promise<readonly StaticObject[]> {
  const folder = join(root, settings.folder);
  const prefix = settings.prefix === null ? "" : `${settings.prefix}/`;
  const names = existsSync(folder) ? await fileNames(folder, settings.ignore) : [];
  if (settings.fingerprint !== true) {
    const immutable =
      settings.fingerprint === "external" && names.includes(mapName)
        ? await mappedNames(join(folder, mapName))
        : new Set<string>();
    const all = new Set(names);
    return names
      .map((name) => ({
        key: prefix + name,
        content: { path: join(folder, name) },
        isFingerprinted: immutable.has(name),
        variants: encodings.filter((encoding) => all.has(variantName(name, encoding))),
      }))
      .toSorted(pagesLast);
  }
  const objects: StaticObject[] = [];
  const map: Record<string, string> = {};
  for (const name of names) {
    if (name === mapName) continue;
    const content = { path: join(folder, name) };
    const key = fingerprinted(name, await readFile(content.path));
    map[name] = key;
    objects.push({ key: prefix + key, content, isFingerprinted: true, variants: [] });
    // Pages are also requested by their plain names, so upload them under both.
    if (name.endsWith(".html"))
      objects.push({ key: prefix + name, content, isFingerprinted: false, variants: [] });
  }
  const bytes = Buffer.from(JSON.stringify(map, null, 2));
  objects.push({ key: prefix + mapName, content: { bytes }, isFingerprinted: false, variants: [] });
  return objects.toSorted(pagesLast);
}

/** Text of the map from names to fingerprinted names; null if another tool should have written it but has not. */
export async function readStaticMap(root: string, settings: StaticFiles): Promise<string | null> {
  if (settings.fingerprint === true) {
    const prefix = settings.prefix === null ? "" : `${settings.prefix}/`;
    const objects = await readStaticFiles(root, settings);
    const map = objects.find(({ key }) => key === prefix + mapName)?.content;
    return map !== undefined && "bytes" in map ? Buffer.from(map.bytes).toString("utf8") : null;
  }
  return readFile(join(root, settings.folder, mapName), "utf8").catch(() => null);
}

/** Sorted, with `/` between folders. */
async function fileNames(folder: string, ignored: readonly string[]): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((name) => isPublicName(name, { ignore: ignored }))
    .toSorted();
}

/** `fingerprint external`: another tool named the files and wrote the map. */
async function mappedNames(path: string): Promise<ReadonlySet<string>> {
  const map: unknown = JSON.parse(await readFile(path, "utf8"));
  return new Set(
    Object.values(map ?? {}).filter((name): name is string => typeof name === "string"),
  );
}

function pagesLast(a: StaticObject, b: StaticObject): number {
  return Number(!a.isFingerprinted) - Number(!b.isFingerprinted);
}

/** `app.js` → `app-3f2a9c1088.js` */
function fingerprinted(name: string, bytes: Uint8Array): string {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  return dot <= name.lastIndexOf("/") + 1
    ? `${name}-${hash}`
    : `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
}
