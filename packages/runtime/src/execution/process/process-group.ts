import type { ChildProcess } from "node:child_process";

/**
 * How a function's process is started. It leads a group of its own: a Ctrl-C in the terminal is for the
 * server alone, and what a function sends to its group (`process.kill(0)`) does not reach the server.
 */
export const ownGroup = { detached: true, windowsHide: true } as const;

/** Ends a process at once, and what it has started. */
export function killGroup(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  if (!signalGroup(child)) child.kill("SIGKILL");
}

/** Ends what a process that has ended itself had started. */
export function killRest(child: ChildProcess): void {
  signalGroup(child);
}

/** False: there is no such group, or nobody left in it. */
function signalGroup({ pid }: ChildProcess): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, "SIGKILL");
  } catch {
    return false;
  }
}
