import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const helperNames = ["@architect/functions", "@architect/data", "@begin/data"] as const;

export type ArchitectHelperName = (typeof helperNames)[number];

/** An installed package of Architect that a function uses. */
export interface ArchitectHelper {
  readonly name: ArchitectHelperName;
  readonly version: string;
}

/** Architect's packages among the sources of a bundle. */
export function helpersAmong(inputs: readonly string[]): Promise<readonly ArchitectHelper[]> {
  const folders = new Map<string, ArchitectHelperName>();
  for (const input of inputs) {
    const path = input.replaceAll("\\", "/");
    for (const name of helperNames) {
      const at = path.lastIndexOf(`/node_modules/${name}/`);
      if (at !== -1) folders.set(`${path.slice(0, at)}/node_modules/${name}`, name);
    }
  }
  return readHelpers([...folders]);
}

/** Architect's packages that modules of a folder find, in its `node_modules` or those above it. */
export async function helpersAbove(folder: string): Promise<readonly ArchitectHelper[]> {
  const found = await Promise.all(helperNames.map((name) => helperAbove(folder, name)));
  return found.filter((helper) => helper !== null);
}

async function helperAbove(
  folder: string,
  name: ArchitectHelperName,
): Promise<ArchitectHelper | null> {
  for (let place = folder; ; place = dirname(place)) {
    const [helper] = await readHelpers([[join(place, "node_modules", name), name]]);
    if (helper !== undefined) return helper;
    if (dirname(place) === place) return null;
  }
}

async function readHelpers(
  folders: readonly (readonly [folder: string, name: ArchitectHelperName])[],
): Promise<readonly ArchitectHelper[]> {
  const read = await Promise.all(
    folders.map(async ([folder, name]) => {
      const version = await versionIn(folder);
      return version === null ? [] : [{ name, version }];
    }),
  );
  return read.flat();
}

async function versionIn(folder: string): Promise<string | null> {
  let text: string;
  try {
    text = await readFile(join(folder, "package.json"), "utf8");
  } catch {
    return null; // Not being installed is not an error.
  }
  const { version } = JSON.parse(text) as { version?: unknown };
  return typeof version === "string" ? version : null;
}

/**
 * Whether a helper reads the manifest, as versions before service discovery did, from
 * `node_modules/@architect/shared/.arc` below the working directory, where Architect copied it.
 */
export function readsManifest({ name, version }: ArchitectHelper): boolean {
  return name === "@architect/functions" ? isBefore(version, 3, 4) : isBefore(version, 4, 0);
}

/** Whether a version is older than `major.minor`. */
export function isBefore(version: string, major: number, minor: number): boolean {
  const [itsMajor = 0, itsMinor = 0] = version.split(".").map(Number);
  return itsMajor < major || (itsMajor === major && itsMinor < minor);
}
