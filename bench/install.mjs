// A new app as npm installs it: megabytes on disk, and packages.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { atMost } from "./load/rows.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

export async function measureInstall() {
  const folder = await mkdtemp(join(tmpdir(), "arclet-bench-"));
  try {
    const { megabytes, packages } = await installNewApp(folder);
    return [
      atMost("size of a new app with its packages", megabytes, 40, { unit: "MB" }),
      atMost("packages of a new app", packages, 60, { unit: "packages" }),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Packs this workspace's packages, makes an app with the packed `create-arclet`, and installs what the
 * app's own package.json names.
 * @param {string} folder an empty one
 * @returns {Promise<{ app: string, tarballs: Record<string, string>, megabytes: number, packages: number }>}
 *   the app's folder; the tarballs by package; `du -s` of the app; how many packages npm installed
 */
export async function installNewApp(folder) {
  const tarballs = await packAll(join(folder, "tarballs"));
  const overrides = Object.fromEntries(
    Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`]),
  );
  const creator = join(folder, "creator");
  await installInto(
    creator,
    { dependencies: { "create-arclet": overrides["create-arclet"] } },
    overrides,
  );
  await run(process.execPath, [join(creator, "node_modules/create-arclet/bin.js"), "app"], {
    cwd: folder,
  });
  const app = join(folder, "app");
  const content = JSON.parse(await readFile(join(app, "package.json"), "utf8"));
  await installInto(app, content, overrides);
  const { stdout } = await run("du", ["-sk", app]);
  const lock = JSON.parse(await readFile(join(app, "node_modules/.package-lock.json"), "utf8"));
  return {
    app,
    tarballs,
    megabytes: Number.parseInt(stdout, 10) / 1000,
    packages: Object.keys(lock.packages).length,
  };
}

/**
 * Tarballs of all published packages, by name.
 * @param {string} destination
 * @returns {Promise<Record<string, string>>}
 */
async function packAll(destination) {
  await mkdir(destination);
  /** @type {string[]} */
  const folders = [];
  for (const name of await readdir(join(root, "packages"))) {
    const content = JSON.parse(
      await readFile(join(root, "packages", name, "package.json"), "utf8"),
    );
    if (content.private !== true) folders.push(`./packages/${name}`);
  }
  const { stdout } = await run(
    npm,
    ["pack", ...folders, "--json", "--pack-destination", destination, "--loglevel=error"],
    { cwd: root },
  );
  /** @type {{ name: string, filename: string }[]} */
  const packed = JSON.parse(stdout);
  return Object.fromEntries(
    packed.map(({ name, filename }) => [name, join(destination, filename)]),
  );
}

/**
 * Installs into a folder, with packages of Arclet from their tarballs.
 * @param {string} folder
 * @param {Record<string, any>} content of its package.json
 * @param {Record<string, string>} tarballs
 */
export async function installInto(folder, content, tarballs) {
  await mkdir(folder, { recursive: true });
  // npm wants a package that is named directly and overridden to be the same in both places.
  const direct = (/** @type {Record<string, string>} */ names = {}) =>
    Object.fromEntries(
      Object.entries(names).map(([name, range]) => [name, tarballs[name] ?? range]),
    );
  const withTarballs = {
    ...content,
    dependencies: direct(content.dependencies),
    devDependencies: direct(content.devDependencies),
    overrides: tarballs,
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(withTarballs));
  await run(npm, ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"], {
    cwd: folder,
  });
}
