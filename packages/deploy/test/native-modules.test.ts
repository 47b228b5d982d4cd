import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkNativeModules } from "../src/assets/native-modules.ts";

/** Modules as they are published, for each machine. */
const prebuilds = join(
  dirname(createRequire(import.meta.url).resolve("classic-level/package.json")),
  "prebuilds",
);
const armModule = "linux-arm64/classic-level.armv8.node";
const intelModule = "linux-x64/classic-level.node";
const appleModule = "darwin-x64+arm64/classic-level.node";

let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "arclet-native-"));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

/** Checks a folder of modules, given by what they are. */
async function check(
  architecture: "arm64" | "x86_64",
  modules: { readonly [name: string]: string },
): Promise<void> {
  for (const [name, module] of Object.entries(modules)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await copyFile(join(prebuilds, module), join(directory, name));
  }
  await writeFile(join(directory, "index.mjs"), "");
  const names = ["index.mjs", ...Object.keys(modules)];
  await checkNativeModules("ws/default", architecture, directory, names);
}

test("a module for Lambda's machine is fine, whatever else its package brings", async () => {
  const folder = "node_modules/classic-level/prebuilds";
  const all = {
    [`${folder}/linux-arm64/a.node`]: armModule,
    [`${folder}/linux-x64/a.node`]: intelModule,
    [`${folder}/darwin-x64+arm64/a.node`]: appleModule,
  };
  await expect(check("arm64", all)).resolves.toBeUndefined();
  await expect(check("x86_64", all)).resolves.toBeUndefined();
});

test("one of several packages for machines is enough", async () => {
  const packages = {
    "node_modules/@img/sharp-darwin-arm64/lib/sharp.node": appleModule,
    "node_modules/@img/sharp-linux-x64/lib/sharp.node": intelModule,
  };
  await expect(check("x86_64", packages)).resolves.toBeUndefined();
  await expect(check("arm64", packages)).rejects.toMatchObject({
    code: "ERR_NATIVE_MODULE",
    message:
      "ws/default ships @img/sharp without a native module for Linux on arm64, where it runs",
    hints: [
      "Install it for Lambda: npm install --os=linux --cpu=arm64 --libc=glibc",
      "Or run the function elsewhere: `architecture x86_64` under @aws.",
    ],
  });
});

test("a module for another system, another C library or another processor is refused", async () => {
  for (const modules of [
    { "node_modules/a/a.node": appleModule },
    { "node_modules/a/a.musl.node": intelModule },
    { "node_modules/a/a.node": armModule },
    // Two packages, of which one fits.
    { "node_modules/a/a.node": armModule, "node_modules/b/b.node": intelModule },
  ])
    await expect(check("x86_64", modules)).rejects.toMatchObject({ code: "ERR_NATIVE_MODULE" });
});
