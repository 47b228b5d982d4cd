// Prints the SAM template that Architect makes of the app in a folder: make-template.mjs APP MODULES
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

const [app, modules] = process.argv.slice(2);
const load = createRequire(join(modules, "package.json"));
const inventory = load("@architect/inventory");
const makeTemplate = load("@architect/package");

process.stdout.write(
  JSON.stringify(makeTemplate(await inventory({ cwd: app, deployStage: "staging" }))),
);
