import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { RuntimeError } from "../errors.ts";
import { dataFolderError } from "./data-folder-error.ts";

/** An exclusive lock on a data folder. */
export interface DataLock {
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Distinguishes a process from a later one with the same pid; empty if the system does not reveal it. */
  readonly started: string;
}

/** Heartbeat interval of the holder, for processes on other machines and in containers. */
const beatMs = 5000;
const longestSilenceMs = 30_000;

/**
 * Locks a folder for this process. If two processes try at once, one wins; a dead process's lock is taken
 * over. Locks are numbered files, each created only once, and the highest number counts, so that no process
 * can remove a lock that another has just taken.
 * @throws RuntimeError `ERR_DATA_IN_USE`, `ERR_DATA_FORBIDDEN`
 */
export async function lockDataDirectory(dataDirectory: string): Promise<DataLock> {
  const folder = join(dataDirectory, "lock");
  try {
    await mkdir(folder, { recursive: true });
    return await acquire(dataDirectory, folder);
  } catch (cause) {
    if (cause instanceof RuntimeError) throw cause;
    throw dataFolderError(dataDirectory, cause);
  }
}

async function acquire(dataDirectory: string, folder: string): Promise<DataLock> {
  const own = join(folder, `new-${randomUUID()}`);
  await writeFile(own, JSON.stringify(thisProcess()));
  try {
    for (;;) {
      const highest = await highestOf(folder);
      const holder = highest === 0 ? null : await liveHolder(join(folder, String(highest)));
      if (holder !== null) throw inUse(dataDirectory, holder);
      const number = highest + 1;
      const path = join(folder, String(number));
      if (!(await links(own, path))) continue;
      if ((await highestOf(folder)) !== number) {
        // Another process has meanwhile taken a later lock.
        await rm(path, { force: true });
        continue;
      }
      await removeBelow(folder, number);
      return lockAt(path);
    }
  } finally {
    await rm(own, { force: true });
  }
}

function lockAt(path: string): DataLock {
  const timer = setInterval(() => {
    const now = new Date();
    // Without its file, the lock has no effect.
    utimes(path, now, now).catch(() => {});
  }, beatMs);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      // The number stays taken.
      await writeFile(path, "released\n").catch(() => {
        // A folder that was removed or became read-only holds no lock of a process that ends.
      });
    },
  };
}

/** Tries to create the lock with this number. */
async function links(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function highestOf(folder: string): Promise<number> {
  return Math.max(0, ...(await numbersIn(folder)));
}

async function numbersIn(folder: string): Promise<number[]> {
  return (await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number);
}

async function removeBelow(folder: string, number: number): Promise<void> {
  for (const other of await numbersIn(folder))
    if (other < number) await rm(join(folder, String(other)), { force: true });
}

/** The live holder of a lock, or null. */
async function liveHolder(path: string): Promise<Holder | null> {
  let holder: Holder;
  try {
    holder = JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch {
    // Released, or truncated by a full disk.
    return null;
  }
  if (holder.host !== hostname()) {
    const { mtimeMs } = await stat(path);
    return Date.now() - mtimeMs < longestSilenceMs ? holder : null;
  }
  return isAlive(holder) ? holder : null;
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // The process belongs to another user, so it is alive.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return started === "" || started === startOf(pid);
}

function thisProcess(): Holder {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) };
}

/** Start time of a process since boot; empty on systems other than Linux. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // The program's name, in parentheses, may contain spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return `${boot} ${fields[19] ?? ""}`;
  } catch {
    return "";
  }
}

function inUse(dataDirectory: string, { pid, host }: Holder): RuntimeError {
  const where = host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  return new RuntimeError(
    "ERR_DATA_IN_USE",
    `The data folder ${dataDirectory} is in use by ${where}. Stop it, or choose another folder with --data`,
  );
}
