import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";

export interface PortHolder {
  readonly pid: number;
  /** `node`, `python3`. */
  readonly name: string;
}

/** Finds the program that listens on a TCP port; null if the system does not reveal it. */
export function findPortHolder(port: number): Promise<PortHolder | null> {
  return process.platform === "linux" ? fromProc(port) : fromLsof(port);
}

/** State LISTEN in `/proc/net/tcp`: proc_pid_net(5), the kernel's `TCP_LISTEN`. */
const listenState = "0A";

async function fromProc(port: number): Promise<PortHolder | null> {
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of (await readText(table)).split("\n").slice(1)) {
      // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
      const fields = line.trim().split(/\s+/);
      const localPort = Number.parseInt(fields[1]?.split(":")[1] ?? "", 16);
      const inode = fields[9];
      if (localPort === port && fields[3] === listenState && inode !== undefined) inodes.add(inode);
    }
  }
  if (inodes.size === 0) return null;
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry) || !(await holdsSocket(entry, inodes))) continue;
    return { pid: Number(entry), name: (await readText(`/proc/${entry}/comm`)).trim() };
  }
  return null;
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  let descriptors: readonly string[];
  try {
    descriptors = await readdir(`/proc/${pid}/fd`);
  } catch {
    return false; // The process belongs to another user, or has just ended.
  }
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "")),
  );
  return targets.some((target) => {
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    return inode !== undefined && inodes.has(inode);
  });
}

/** Empty if it cannot be read: the name only improves a message. */
function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

function fromLsof(port: number): Promise<PortHolder | null> {
  return new Promise((resolve) => {
    const args = ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"];
    execFile("lsof", args, { timeout: 2000 }, (error, output) => {
      const pid = /^p(\d+)$/m.exec(output)?.[1];
      const name = /^c(.+)$/m.exec(output)?.[1];
      resolve(error === null && pid && name ? { pid: Number(pid), name } : null);
    });
  });
}
