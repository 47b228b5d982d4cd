import { execFile } from "node:child_process";
import { cp, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporaryFolder, writeTree } from "./helpers/temporary-folder.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const folders = await readdir(join(root, "packages"));

interface Package {
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}
const readPackage = async (base: string, folder: string): Promise<Package> =>
  JSON.parse(await readFile(join(base, "packages", folder, "package.json"), "utf8")) as Package;

test("changesets give every package the next version, and say why", async () => {
  await using copy = await temporaryFolder();
  for (const name of [
    ".changeset",
    "package.json",
    ...folders.map((folder) => `packages/${folder}/package.json`),
  ]) {
    await cp(join(root, name), join(copy.path, name), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(copy.path, "node_modules"), "dir");
  await writeTree(copy.path, {
    ".changeset/of-the-test.md": '---\n"arclet": minor\n---\n\nA change of the test.\n',
  });
  const changesets = join(root, "node_modules/@changesets/cli/bin.js");
  await run(process.execPath, [changesets, "version"], { cwd: copy.path });

  const before = await readPackage(root, "cli");
  const packages = await Promise.all(folders.map((folder) => readPackage(copy.path, folder)));
  const versions = [...new Set(packages.map(({ version }) => version))];
  expect(versions).toHaveLength(1);
  expect(versions).not.toEqual([before.version]);
  const siblings = packages.flatMap(({ dependencies = {} }) =>
    Object.entries(dependencies).filter(([name]) => name.startsWith("@arclet/")),
  );
  expect(siblings.length).toBeGreaterThan(0);
  expect(siblings.filter(([, version]) => version !== versions[0])).toEqual([]);
  const changes = await readFile(join(copy.path, "packages/cli/CHANGELOG.md"), "utf8");
  expect(changes).toContain(`## ${versions[0]}\n`);
  expect(changes).toContain("A change of the test.");
  // The only source: the root's file says where to look, and lists no release of its own.
  const overview = await readFile(join(root, "CHANGELOG.md"), "utf8");
  expect(overview).not.toMatch(/^## /m);
  expect(overview).toContain("`CHANGELOG.md` of each package");
});

const published: string[] = [];
for (const folder of folders) {
  if ((await readPackage(root, folder)).private !== true) published.push(folder);
}

test.each(published)("npm would publish %s, with its README and LICENSE", async (folder) => {
  const { stdout } = await run(
    npm,
    ["publish", "--dry-run", "--offline", "--json", "--loglevel=error"],
    { cwd: join(root, "packages", folder) },
  );
  expect(stdout).toMatch(/"path": "README\.md"/);
  expect(stdout).toMatch(/"path": "LICENSE"/);
});
