// Prints the SAM template that Architect makes of the app in a folder: make-template.cjs APP MODULES
const { createRequire } = require("node:module");
const { join } = require("node:path");

const [app, modules] = process.argv.slice(2);
const load = createRequire(join(modules, "package.json"));
const inventory = load("@architect/inventory");
const makeTemplate = load("@architect/package");

async function main() {
  const found = await inventory({ cwd: app, deployStage: "staging" });
  process.stdout.write(JSON.stringify(makeTemplate(found)));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
