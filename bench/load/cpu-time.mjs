// What CPU time a process and all that it has started have taken, as Linux counts it.
import { readFileSync, readdirSync } from "node:fs";

/** Linux counts in hundredths of a second, whatever the kernel's own clock. */
const tickMicroseconds = 10_000;

/** Microseconds; null where the system does not say, and without a process. */
export function cpuMicroseconds(root) {
  if (root === null || process.platform !== "linux") return null;
  const processes = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      processes.set(Number(name), readProcess(name));
    } catch {
      // It has ended meanwhile.
    }
  }
  let ticks = 0;
  for (const [pid, { own }] of processes) if (descendsFrom(pid, root, processes)) ticks += own;
  // Those that have ended are counted with whoever started them.
  return (ticks + (processes.get(root)?.ended ?? 0)) * tickMicroseconds;
}

function descendsFrom(pid, root, processes) {
  for (let next = pid; next !== undefined; next = processes.get(next)?.parent)
    if (next === root) return true;
  return false;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, from the field behind the name on. */
function readProcess(name) {
  const stat = readFileSync(`/proc/${name}/stat`, "latin1");
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [parent, userTicks, systemTicks] = [fields[1], fields[11], fields[12]];
  return { parent, own: userTicks + systemTicks, ended: fields[13] + fields[14] };
}
