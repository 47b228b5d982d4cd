import { readFileSync } from "node:fs";

/**
 * The most memory a process has had resident so far, in megabytes; null when it has ended, and where the
 * system does not tell: only Linux does.
 */
export function peakMemoryMb(pid: number): number | null {
  try {
    // https://www.kernel.org/doc/html/latest/filesystems/proc.html: "high water mark" of the resident set
    const [, kilobytes] =
      /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? null : Math.ceil(Number(kilobytes) / 1024);
  } catch {
    // No such process, or no such system.
    return null;
  }
}
