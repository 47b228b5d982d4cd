import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, realpathSync } from "node:fs";
import { createRequire, register } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CliError } from "../errors.ts";
import { packageFolder } from "../package-folder.ts";
import { arcletVersion } from "../version.ts";
import { addWords, packageManagerOf } from "./missing-packages.ts";

/** One of the AWS clients that `@arclet/deploy` brings; all of them come together. */
const client = "@aws-sdk/client-cloudformation";

/**
 * Has what talks to AWS installed: more than half of the size of an app's packages, which only deploying
 * needs. Asks first, in a terminal. Call it once nothing else can refuse the command.
 * @param root folder of the app, where the package manager runs
 * @returns null to go on here; or the exit code of the app's own `arclet`, which has run the command: a
 *   global one, or one of `npx`, does not find what an app has installed
 * @throws CliError `ERR_DEPLOY_PACKAGE` when nobody is there to ask, or nothing was installed
 */
export async function needDeployPackage(root: string): Promise<number | null> {
  if (folderOf(client, import.meta.url) !== null) return null;
  const installed = appsOwnArclet(root);
  if (isTheApps(installed) && findClientsOf(root)) return null;
  if (installed !== null && installed.hasClients) return runOwn(installed.folder);
  const version = `^${arcletVersion()}`;
  const packages = [
    ...(installed === null ? [`arclet@${version}`] : []),
    `@arclet/deploy@${version}`,
  ];
  const command = [addWords(packageManagerOf(root)).dev, ...packages].join(" ");
  const missing = (what: string): CliError =>
    new CliError("ERR_DEPLOY_PACKAGE", what, { hints: [`To install it: ${command}`] });
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw missing("This command needs the package @arclet/deploy, which is not installed");
  // Only who is asked waits for it to load.
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({
    message: `This command needs @arclet/deploy, with the AWS clients (about 45 MB). Run ${command}?`,
    // Answers of --json are read from stdout.
    output: process.stderr,
  });
  if (isCancel(answer) || !answer) throw missing("@arclet/deploy was not installed");
  if (!(await succeeds(command, root))) throw missing("@arclet/deploy could not be installed");
  if (folderOf(client, import.meta.url) !== null) return null;
  // This process has read what Plug'n'Play knew before.
  if (usesPlugAndPlay()) return runOwn(fileURLToPath(packageFolder));
  const made = appsOwnArclet(root);
  if (isTheApps(made) && findClientsOf(root)) return null;
  if (made?.hasClients === true && !made.isThis) return runOwn(made.folder);
  throw missing("@arclet/deploy is installed where arclet cannot find it");
}

interface AppsOwn {
  readonly folder: string;
  /** Whether it is the program that runs. */
  readonly isThis: boolean;
  readonly hasClients: boolean;
}

/** The `arclet` that is installed in an app, or above it. */
function appsOwnArclet(root: string): AppsOwn | null {
  const found = folderOf("arclet", join(root, "package.json"));
  if (found === null) return null;
  const folder = realpathSync(found);
  return {
    folder,
    isThis: folder === realpathSync(fileURLToPath(packageFolder)),
    hasClients:
      folderOf(client, join(folder, "package.json")) !== null || deployPackageOf(root) !== null,
  };
}

/** Whether the running program is the one that the app has installed. */
function isTheApps(installed: AppsOwn | null): boolean {
  return installed === null ? usesPlugAndPlay() : installed.isThis;
}

/** Yarn's Plug'n'Play: packages are in archives, and no folder has them. */
const usesPlugAndPlay = (): boolean => process.versions["pnp"] !== undefined;

/** Resolves imports of AWS clients as the module with the given URL would. Runs in the loader's thread. */
const resolver = `
let parentURL;
export const initialize = (url) => { parentURL = url; };
export const resolve = (specifier, context, next) =>
  next(specifier, specifier.startsWith("@aws-sdk/") ? { ...context, parentURL } : context);
`;

/**
 * Where a package manager hoists nothing (pnpm with `hoist=false`, Plug'n'Play), only `@arclet/deploy` may
 * import the clients: finds them from there. False: the app has not installed it.
 */
function findClientsOf(root: string): boolean {
  const deployPackage = deployPackageOf(root);
  if (deployPackage === null) return false;
  const data = pathToFileURL(deployPackage).href;
  register(`data:text/javascript,${encodeURIComponent(resolver)}`, { data });
  return true;
}

/** A file of the app's `@arclet/deploy`, if that has the clients. */
function deployPackageOf(root: string): string | null {
  const app = join(root, "package.json");
  if (usesPlugAndPlay()) {
    try {
      const file = createRequire(app).resolve("@arclet/deploy");
      createRequire(file).resolve(client);
      return file;
    } catch {
      return null; // Not declared by the app, or not installed.
    }
  }
  const found = folderOf("@arclet/deploy", app);
  if (found === null) return null;
  const file = join(realpathSync(found), "package.json");
  return folderOf(client, file) === null ? null : file;
}

/** Looks at the folders: the module loader remembers what it did not find. */
function folderOf(name: string, from: string): string | null {
  const folders = createRequire(from).resolve.paths(name) ?? [];
  const found = folders.find((folder) => existsSync(join(folder, name, "package.json")));
  return found === undefined ? null : join(found, name);
}

/** Runs the same command by another `arclet`. Resolves its exit code. */
async function runOwn(folder: string): Promise<number> {
  const program = join(folder, "bundle/bin.js");
  const child = spawn(process.execPath, [program, ...process.argv.slice(2)], { stdio: "inherit" });
  // The terminal interrupts both; the other one decides.
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  const [code] = (await once(child, "exit")) as [number | null];
  process.off("SIGINT", ignore);
  return code ?? 1;
}

async function succeeds(command: string, cwd: string): Promise<boolean> {
  const { NODE_ENV: _, ...rest } = process.env;
  const child = spawn(command, {
    cwd,
    // In production, package managers remove what is only there to develop with: arclet among it.
    env: { ...rest, npm_config_include: "dev" },
    // A shell finds npm.cmd on Windows; the command has no word of a user's.
    shell: true,
    stdio: ["ignore", 2, 2],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}
