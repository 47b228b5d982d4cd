import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemErrorCode } from "@arclet/manifest";

/*
 * A build folder and the folders beside it, `default~<process id>-<number>`, which hold builds that were
 * made while functions ran from the build folder. No function's name has a `~`.
 */

/**
 * A folder for the next build that no function runs from.
 *
 * @param directory Absolute build folder of the function.
 * @param used Absolute folders.
 */
export function freeFolder(directory: string, used: ReadonlySet<string>): string {
  if (!used.has(directory)) return directory;
  for (let number = 1; ; number++) {
    const folder = `${directory}~${process.pid}-${number}`;
    if (!used.has(folder)) return folder;
  }
}

/** Removes version folders next to a build folder that belong to this process or to an ended one. */
export async function removeUnused(directory: string, used: ReadonlySet<string>): Promise<void> {
  const parent = dirname(directory);
  const start = `${basename(directory)}~`;
  for (const name of await namesIn(parent)) {
    if (!name.startsWith(start) || used.has(join(parent, name))) continue;
    const processId = Number(/^(\d+)-\d+$/.exec(name.slice(start.length))?.[1] ?? NaN);
    if (Number.isNaN(processId)) continue;
    if (processId === process.pid || !isRunning(processId))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // It belongs to another user.
    return systemErrorCode(error) === "EPERM";
  }
}
