// Every published package: what its package.json promises is really there.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { root } from "./setup.mjs";

const versions = new Set();
let problems = 0;
for (const folder of readdirSync(join(root, "packages"))) {
  const pkgDir = join(root, "packages", folder);
  const pkg = JSON.parse(readFileSync(join(pkgDir, "package.json"), "utf8"));
  versions.add(pkg.version);
  const { messages } = await publint({ pkgDir, level: "warning", pack: "npm" });
  for (const message of messages) {
    problems++;
    console.log(`${pkg.name}: ${formatMessage(message, pkg)}`);
  }
}
if (versions.size !== 1) {
  problems++;
  console.log(`All packages share one version; found ${[...versions].join(", ")}.`);
}
process.exit(problems === 0 ? 0 : 1);
