import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Packages import each other as users do, through `dist`: compile before the first test. */
export default function buildOnce(): void {
  const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
  const tsc = join(
    dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin/tsc",
  );
  execFileSync(process.execPath, [tsc, "-b"], { cwd: root, stdio: "inherit" });
}
