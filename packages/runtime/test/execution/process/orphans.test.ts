import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

test("functions' processes end with a server that is killed, those too that never look up", async () => {
  const host = spawn(process.execPath, [join(import.meta.dirname, "orphan-host.mjs")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  host.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
  });
  const pids = (): number[] => [...output.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
  const count = process.platform === "linux" ? 4 : 2;
  await expect
    .poll(() => output.includes("folder") && pids().length, { timeout: 20_000 })
    .toBe(count);
  expect(pids().filter(isAlive)).toHaveLength(count);
  host.kill("SIGKILL");
  await once(host, "exit");
  await expect.poll(() => pids().filter(isAlive), { timeout: 20_000 }).toEqual([]);
  await rm(/folder (.+)/.exec(output)?.[1] ?? "", { recursive: true });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
