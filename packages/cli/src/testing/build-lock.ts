import { mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemErrorCode } from "@arclet/manifest";

/** Interval at which a process checks whether another one has finished its build. */
const lookMs = 5;

/**
 * Lets one process build at a time, because test files run in parallel and share the build folder.
 * A lock of a process that has ended is ignored.
 *
 * @param path Absolute path of the lock's file.
 */
export async function withBuildLock<T>(path: string, run: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  while (!(await take(path))) {
    if (await isAbandoned(path)) await rm(path, { force: true });
    else await pause(lookMs);
  }
  try {
    return await run();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const pid = Number(await readFile(path, "utf8"));
    // An empty file: its owner is about to write to it.
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    // ENOENT: the lock was released, and the next attempt takes it.
    return systemErrorCode(error) === "ESRCH";
  }
}
