// The soak and the fuzz run at length: 5,000 connections, 2,000 random rounds of each kind.
//   node bench/soak.mjs [connections] [rounds]
import { spawnSync } from "node:child_process";
import process from "node:process";
import { root, setUp } from "../scripts/setup.mjs";

const [connections = "5000", rounds = "2000"] = process.argv.slice(2);
await setUp();
const run = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "test/robustness", "--testTimeout=600000"],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ARCLET_SOAK_CONNECTIONS: connections, ARCLET_FUZZ_ROUNDS: rounds },
  },
);
process.exit(run.status ?? 1);
