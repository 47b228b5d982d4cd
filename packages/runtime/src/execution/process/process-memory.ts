import { readFileSync } from "node:fs";

/** Megabytes. */
export interface ProcessMemory {
  /** Resident now. */
  readonly resident: number;
  /** The most that has been so far. */
  readonly peak: number;
}

/** What memory a process has; null when it has ended, and where the system does not show it: only Linux does. */
export function memoryOf(pid: number): ProcessMemory | null {
  let status: string;
  try {
    // https://www.kernel.org/doc/html/latest/filesystems/proc.html
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    // No such process, or no such system.
    return null;
  }
  const resident = megabytes(/^VmRSS:\s+(\d+) kB$/m.exec(status));
  const peak = megabytes(/^VmHWM:\s+(\d+) kB$/m.exec(status));
  return resident === null || peak === null ? null : { resident, peak };
}

function megabytes(kilobytes: RegExpExecArray | null): number | null {
  return kilobytes === null ? null : Math.ceil(Number(kilobytes[1]) / 1024);
}
