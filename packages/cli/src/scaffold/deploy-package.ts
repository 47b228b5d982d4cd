import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { CliError } from "../errors.ts";
import { arcletVersion } from "../version.ts";
import { addWords, packageManagerOf } from "./missing-packages.ts";

/** One of the AWS clients that `@arclet/deploy` brings; all of them come together. */
const client = "@aws-sdk/client-cloudformation";

/**
 * Has what talks to AWS installed: two thirds of the size of an app's packages, which only deploying
 * needs. Asks first, in a terminal.
 * @param root folder of the app, where the package manager runs
 * @param from URL of a module that imports the clients
 * @throws CliError `ERR_DEPLOY_PACKAGE` when nobody is there to ask, or nothing was installed
 */
export async function needDeployPackage(root: string, from: string): Promise<void> {
  if (isInstalled(from)) return;
  const command = `${addWords(packageManagerOf(root)).dev} @arclet/deploy@^${arcletVersion()}`;
  const missing = (what: string): CliError =>
    new CliError("ERR_DEPLOY_PACKAGE", what, { hints: [`Run this, then try again: ${command}`] });
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw missing("This command needs the package @arclet/deploy, which is not installed");
  // Only who is asked waits for it to load.
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({
    message: `This command needs @arclet/deploy, with the AWS clients (40 MB). Run ${command}?`,
    // Answers of --json are read from stdout.
    output: process.stderr,
  });
  if (isCancel(answer) || !answer) throw missing("@arclet/deploy was not installed");
  if (!(await succeeds(command, root))) throw missing("@arclet/deploy could not be installed");
  if (!isInstalled(from)) throw missing(`@arclet/deploy is installed where arclet cannot find it`);
}

/** Looks at the folders: the module loader remembers what it did not find. */
function isInstalled(from: string): boolean {
  const folders = createRequire(from).resolve.paths(client) ?? [];
  return folders.some((folder) => existsSync(join(folder, client, "package.json")));
}

async function succeeds(command: string, cwd: string): Promise<boolean> {
  // A shell finds npm.cmd on Windows; the command has no word of a user's.
  const child = spawn(command, { cwd, shell: true, stdio: ["ignore", 2, 2] });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}
