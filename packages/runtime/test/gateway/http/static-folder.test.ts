import { mkdir, mkdtemp, rename, rm, symlink, truncate, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { StaticFolder } from "../../../src/gateway/http/static-folder.ts";

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "arclet-folder-"));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(join(root, "public"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  return root;
}

async function textOf(folder: StaticFolder, name: string): Promise<string | null> {
  const file = await folder.find(name);
  return file === null ? null : String(file.bytes);
}

test("a file that did not change is kept, and every kind of save is seen at once", async () => {
  const root = await folderWith({ "public/a.txt": "one" });
  const file = join(root, "public/a.txt");
  const folder = new StaticFolder(join(root, "public"));
  const first = await folder.find("a.txt");
  expect(await folder.find("a.txt")).toBe(first);
  await writeFile(file, "two");
  expect(await textOf(folder, "a.txt")).toBe("two");
  await writeFile(`${file}.new`, "six");
  await rename(`${file}.new`, file);
  expect(await textOf(folder, "a.txt")).toBe("six");
  await unlink(file);
  expect(await textOf(folder, "a.txt")).toBeNull();
  await mkdir(file);
  expect(await textOf(folder, "a.txt")).toBeNull();
});

test("no link leads out of the folder, and a link that is changed is looked at again", async () => {
  const root = await folderWith({ "public/a.txt": "inside", "secret.txt": "outside" });
  const link = join(root, "public/link.txt");
  const folder = new StaticFolder(join(root, "public"));
  await symlink(join(root, "public/a.txt"), link);
  expect(await textOf(folder, "link.txt")).toBe("inside");
  await unlink(link);
  await symlink(join(root, "secret.txt"), link);
  expect(await textOf(folder, "link.txt")).toBeNull();
});

test("a large file is not kept in memory, and has a weak tag", async () => {
  const root = await folderWith({ "public/large.bin": "" });
  await truncate(join(root, "public/large.bin"), 5 * 1024 * 1024);
  const file = await new StaticFolder(join(root, "public")).find("large.bin");
  expect(file).toMatchObject({ bytes: null, size: 5 * 1024 * 1024 });
  expect(file?.etag).toMatch(/^W\/"/);
});

test("memory is bounded: the file that was read first is read again", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `${index}.bin`);
  const root = await folderWith({});
  for (const name of names) {
    await writeFile(join(root, "public", name), "");
    await truncate(join(root, "public", name), 4 * 1024 * 1024);
  }
  const folder = new StaticFolder(join(root, "public"));
  const files = [];
  for (const name of names) files.push(await folder.find(name));
  expect((await folder.find("19.bin")) === files[19]).toBe(true);
  expect((await folder.find("0.bin")) === files[0]).toBe(false);
});

test("a missing folder has no files", async () => {
  const root = await folderWith({});
  expect(await new StaticFolder(join(root, "missing")).find("a.txt")).toBeNull();
});
