import { writeFileSync } from "node:fs";

/** The kernel ends this process before others when memory runs out. https://www.kernel.org/doc/html/latest/filesystems/proc.html#oom-adj */
export function preferForMemory(): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Not allowed here: the limit of the function's own memory still holds.
  }
}
