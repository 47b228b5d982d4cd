// The command line as few files instead of three hundred: finding and reading modules one by one is
// a third of the time until `arclet dev` listens. Commands stay apart, so that each loads only its own.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const packageFolder = join(root, "packages/cli");
const outdir = join(packageFolder, "bundle");

/** Stay where they are installed: programs, and what few commands need and is large. */
const external = ["esbuild", "dynalite", "@aws-sdk/*", "@arclet/functions"];

/** Bundles `packages/cli/dist`, which has to be compiled. */
export async function bundleCommandLine() {
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(packageFolder, "dist/bin.js")],
    outdir,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // Some packages (jsonc-parser) have a form for Node.js that a bundler cannot see through.
    mainFields: ["module", "main"],
    external,
    // CommonJS packages inside require Node.js' own modules.
    banner: {
      js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);',
    },
    chunkNames: "[name]-[hash]",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  writeFileSync(join(outdir, "LICENSES.txt"), licensesOf(Object.keys(metafile.inputs)));
}

/** Licences of the packages in the bundle, as they ask for. */
function licensesOf(inputs) {
  const folders = new Set(
    inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  return [...folders]
    .toSorted((a, b) => a.localeCompare(b))
    .map((folder) => {
      const { name, version, license, author } = JSON.parse(
        readFileSync(join(root, folder, "package.json"), "utf8"),
      );
      const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
      const text =
        file === undefined
          ? `by ${author?.name ?? author ?? `the authors of ${name}`}`
          : readFileSync(join(root, folder, file), "utf8").trim();
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleCommandLine();
