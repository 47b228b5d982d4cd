// Brings a fresh clone to a state that runs: dependencies, then compiled packages.
// Both are quick when nothing changed, so every entry script begins with it.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** Installs when the lock file differs from the one last installed, compiles, and bundles. */
export async function setUp() {
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  const stamp = join(root, "node_modules/.arclet-installed");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
    console.log("Installing dependencies …");
    // Not `npm ci`: that refuses a lock in which binaries of other platforms are missing.
    const install = spawnSync(npm, ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
    if (install.status !== 0) {
      console.error("npm install failed: see above. Is the npm registry reachable?");
      process.exit(1);
    }
    writeFileSync(stamp, readFileSync(join(root, "package-lock.json"), "utf8"));
  }
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"], {
    cwd: root,
    stdio: "inherit",
  });
  // Not at the top: a fresh clone has no esbuild before it is set up.
  const { bundleAll } = await import("./bundle.mjs");
  await bundleAll();
  // npm links a program only where its file is there, which it was not when it installed.
  if (!existsSync(join(root, "node_modules/.bin/arclet"))) {
    spawnSync(npm, ["rebuild", "arclet", "--ignore-scripts", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32",
    });
  }
}

/** What a program said is on the screen already: its command and exit code are enough. */
export function messageOf(error) {
  const hasSpoken = error instanceof Error && "status" in error;
  return hasSpoken || !(error instanceof Error) ? String(error) : error.stack;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await setUp();
  } catch (error) {
    console.error(messageOf(error));
    process.exit(1);
  }
}
