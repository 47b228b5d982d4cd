// Every published package: what its package.json promises is really there.
import { existsSync, readdirSync, readFileSync } from "node:fs";
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
  // Packed by another tool: scripts/vsix.mjs.
  if (pkg.private === true) continue;
  const license = readFileSync(join(root, "LICENSE"), "utf8");
  const missing = [
    ...["README.md", "LICENSE"].filter((name) => !existsSync(join(pkgDir, name))),
    ...(pkg.keywords?.includes("arclet") ? [] : ["keywords, arclet among them"]),
  ];
  if (missing.length === 0 && readFileSync(join(pkgDir, "LICENSE"), "utf8") !== license) {
    missing.push("the repository's LICENSE");
  }
  for (const what of missing) {
    problems++;
    console.log(`${pkg.name}: add ${what}`);
  }
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
