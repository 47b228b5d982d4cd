import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Packages import each other as users do, and `arclet` is run as users run it: built before the first test. */
export default function buildOnce(): void {
  const setUp = fileURLToPath(new URL("../../scripts/setup.mjs", import.meta.url));
  execFileSync(process.execPath, [setUp], { stdio: "inherit" });
}
