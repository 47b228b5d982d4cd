import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { arcletVersion } from "../version.ts";
import { typeDependencies } from "./project-files.ts";
import type { Language } from "./templates.ts";

const packageManagers = ["npm", "pnpm", "yarn", "bun"] as const;

export type PackageManager = (typeof packageManagers)[number];

/** Lock files and their package managers, in order of precedence. */
const lockFiles: readonly (readonly [file: string, manager: PackageManager])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["pnpm-workspace.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
];

/** Each package manager's commands to add a dependency and a development dependency. */
const words: Readonly<Record<PackageManager, { readonly add: string; readonly dev: string }>> = {
  npm: { add: "npm install", dev: "npm install --save-dev" },
  pnpm: { add: "pnpm add", dev: "pnpm add --save-dev" },
  yarn: { add: "yarn add", dev: "yarn add --dev" },
  bun: { add: "bun add", dev: "bun add --dev" },
};

/** Commands that add a dependency and a development dependency, without the package's name. */
export const addWords = (manager: PackageManager): { readonly add: string; readonly dev: string } =>
  words[manager];

/** Each package manager's command to run an installed package's program. */
export const runWords: Readonly<Record<PackageManager, string>> = {
  npm: "npx",
  pnpm: "pnpm exec",
  yarn: "yarn",
  bun: "bunx",
};

/**
 * The package manager of a project: from `packageManager`, else from a lock file in the folder or above it,
 * else the one that runs this command.
 */
export function packageManagerOf(
  root: string,
  userAgent: string | undefined = process.env["npm_config_user_agent"],
): PackageManager {
  for (let folder = root; ; folder = dirname(folder)) {
    const named = readPackage(folder)?.["packageManager"];
    const known = packageManagers.find(
      (name) => typeof named === "string" && named.startsWith(name),
    );
    if (known !== undefined) return known;
    const lock = lockFiles.find(([file]) => existsSync(join(folder, file)));
    if (lock !== undefined) return lock[1];
    if (dirname(folder) === folder) break;
  }
  return packageManagers.find((name) => userAgent?.startsWith(`${name}/`) === true) ?? "npm";
}

/**
 * Commands that install packages an app needs and its package.json does not declare; empty if all are declared.
 * Packages in a `node_modules` above do not count, because pnpm and yarn hide them.
 */
export function commandsForMissing(
  root: string,
  language: Language,
  manager: PackageManager,
): readonly string[] {
  const declared = declaredIn(root);
  const version = `^${arcletVersion()}`;
  const development =
    language === "typescript" ? { ...typeDependencies, arclet: version } : { arclet: version };
  return [
    [words[manager].add, { "@arclet/functions": version }] as const,
    [words[manager].dev, development] as const,
  ].flatMap(([command, packages]) => {
    const missing = Object.entries(packages).filter(([name]) => !declared.has(name));
    if (missing.length === 0) return [];
    return [`${command} ${missing.map(([name, range]) => `${name}@${range}`).join(" ")}`];
  });
}

function declaredIn(root: string): ReadonlySet<string> {
  const content = readPackage(root) ?? {};
  const names = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  return new Set(names.flatMap((name) => Object.keys(content[name] ?? {})));
}

function readPackage(folder: string): Readonly<Record<string, object | string>> | null {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return null;
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof content === "object" && content !== null
      ? (content as Record<string, object | string>)
      : null;
  } catch {
    return null; // The package manager reports a damaged file, with its location.
  }
}
