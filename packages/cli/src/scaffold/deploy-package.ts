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

/** One of the AWS clients that `@arclet/deploy` depends on. All are installed together. */
const client = "@aws-sdk/client-cloudformation";

/**
 * Makes sure that `@arclet/deploy` is installed. It is more than half the size of an app's packages, and
 * only deploys need it. Prompts first, in a terminal. Call it once all other checks of the command have passed.
 * @param root folder of the app, where the package manager runs
 * @returns null to continue in this process, or the exit code of the app's own `arclet`, which has run the
 *   command: a global `arclet`, or one run by `npx`, does not find packages installed in the app
 * @throws CliError `ERR_DEPLOY_PACKAGE` if there is no terminal to ask in, or the installation failed
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
  // Loaded only when a prompt is needed.
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({
    message: `This command needs @arclet/deploy, with the AWS clients (about 45 MB). Run ${command}?`,
    // Programs read the result of --json from stdout.
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
  /** Whether it is the running program. */
  readonly isThis: boolean;
  readonly hasClients: boolean;
}

/** Path of the `arclet` installed in an app, or in a folder above it. */
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

/** Checks the file system, because the module loader caches failed lookups. */
function folderOf(name: string, from: string): string | null {
  const folders = createRequire(from).resolve.paths(name) ?? [];
  const found = folders.find((folder) => existsSync(join(folder, name, "package.json")));
  return found === undefined ? null : join(found, name);
}

/** Runs the same command with another `arclet`. Resolves with its exit code. */
async function runOwn(folder: string): Promise<number> {
  const program = join(folder, "bundle/bin.js");
  const child = spawn(process.execPath, [program, ...process.argv.slice(2)], { stdio: "inherit" });
  // Ctrl-C reaches both processes; the other one handles it.
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
    // With NODE_ENV=production, package managers remove development dependencies, including arclet.
    env: { ...rest, npm_config_include: "dev" },
    // Only a shell finds npm.cmd on Windows. The command contains no user input.
    shell: true,
    stdio: ["ignore", 2, 2],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}
