// What is started often, as few files instead of hundreds: finding and reading modules one by one is a
// third of the time until `arclet dev` listens, and of that until a function has its handler.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  // Some packages (jsonc-parser) have a form for Node.js that a bundler cannot see through.
  mainFields: ["module", "main"],
  legalComments: "none",
  logLevel: "warning",
};

/** What the command line runs without: the AWS clients come with @arclet/deploy, the others only speed ws up. */
const undeclared = /^(?:@aws-sdk\/|bufferutil$|utf-8-validate$)/;

/** Bundles what is compiled into `dist` folders. */
export async function bundleAll() {
  const client = await bundleClient();
  await Promise.all([
    bundleCommandLine(),
    bundleRuntime(),
    bundleHttpAdapter(),
    bundleStaticFunction(client),
    bundleRealtimeFunctions(),
    writeSchemas(),
  ]);
}

/** Commands stay apart, so that each loads only its own. */
async function bundleCommandLine() {
  const outdir = emptied("packages/cli/bundle");
  // Stay where they are installed: programs, and what few commands need and is large.
  const external = ["esbuild", "@aws-sdk/*", "selfsigned"];
  const { metafile } = await build({
    ...common,
    entryPoints: ["bin", "testing"].map((name) => join(root, `packages/cli/dist/${name}.js`)),
    outdir,
    splitting: true,
    format: "esm",
    external,
    plugins: [helperOutside],
    // CommonJS packages inside require Node.js' own modules.
    banner: {
      js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);',
    },
    chunkNames: "[name]-[hash]",
    metafile: true,
  });
  writeFileSync(join(outdir, "LICENSES.txt"), licensesOf(Object.keys(metafile.inputs)));
  checkDeclared("packages/cli/package.json", external, metafile);
}

/**
 * Package managers that hoist nothing give a package only what its package.json names.
 * @throws Error that names the packages to add
 */
function checkDeclared(file, external, { outputs }) {
  const { dependencies } = JSON.parse(readFileSync(join(root, file), "utf8"));
  const imported = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .flatMap(({ external: isExternal, path }) => (isExternal === true ? [path] : []));
  const names = [...external, ...imported]
    .filter((path) => !isBuiltin(path) && !undeclared.test(path))
    .map((path) => /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const missing = [...new Set(names)].filter((name) => !Object.hasOwn(dependencies, name));
  if (missing.length > 0) throw new Error(`${file}: add the dependencies ${missing.join(", ")}`);
}

/** The helper is the app's own. What the gateway shares with it is one of the bundled files. */
const helperOutside = {
  name: "helper-outside",
  setup({ onResolve }) {
    onResolve({ filter: /^@arclet\/functions$/ }, () => ({ external: true }));
  },
};

/** What runs beside the services: the inside of an environment, and the embedded DynamoDB. */
async function bundleRuntime() {
  const outdir = emptied("packages/runtime/bundle");
  const inside = {
    "function-process": "execution/process/bootstrap",
    dynamodb: "services/tables/dynamodb/worker",
  };
  await Promise.all(
    Object.entries(inside).map(([name, entry]) =>
      build({
        ...common,
        entryPoints: [join(root, `packages/runtime/dist/${entry}.js`)],
        outfile: join(outdir, `${name}.cjs`),
        format: "cjs",
      }),
    ),
  );
}

/** What every HTTP function begins with, without `export`: the builder writes the rest of the module. */
async function bundleHttpAdapter() {
  const source = join(root, "packages/builder/dist/http-response/adapt-handler.js");
  const text = readFileSync(source, "utf8").replaceAll(/^export /gm, "");
  const { code } = await transform(text, { minify: true, target: "node18", charset: "utf8" });
  writeFileSync(join(emptied("packages/builder/bundle"), "http-response.js"), code);
}

/** The client for pages without a build: one module, served by `dev` and by the function for static files. */
async function bundleClient() {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [join(root, "packages/client/dist/index.js")],
    platform: "browser",
    target: "es2022",
    format: "esm",
    minify: true,
    write: false,
  });
  const [{ text }] = outputFiles;
  writeFileSync(join(emptied("packages/client/bundle"), "client.js"), text);
  return text;
}

/** The function that serves static files on AWS: a build folder of its own. */
async function bundleStaticFunction(client) {
  await build({
    ...common,
    define: { CLIENT_SCRIPT: JSON.stringify(client) },
    entryPoints: [join(root, "packages/static/dist/lambda/static-function.js")],
    outfile: join(emptied("packages/static/bundle"), "static-function/index.mjs"),
    format: "esm",
    minify: true,
  });
}

/** The JSON schemas of manifests and preferences, which editors read. */
async function writeSchemas() {
  const { manifestSchema, preferencesSchema } = await import(
    new URL("../packages/language-server/dist/schemas.js", import.meta.url).href
  );
  const folder = emptied("packages/language-server/bundle");
  const write = (name, schema) =>
    writeFileSync(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`);
  write("arc.schema.json", manifestSchema());
  write("preferences.schema.json", preferencesSchema());
}

/** What AWS runs around an app's functions and beside them: a build folder each. */
async function bundleRealtimeFunctions() {
  const outdir = emptied("packages/functions/bundle");
  await Promise.all(
    ["around", "authorizer", "realtime"].map((name) =>
      build({
        ...common,
        entryPoints: [join(root, `packages/functions/dist/built-in/${name}.js`)],
        outfile: join(outdir, `${name}/index.mjs`),
        format: "esm",
        minify: true,
      }),
    ),
  );
}

function emptied(name) {
  const folder = join(root, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
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

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleAll();
