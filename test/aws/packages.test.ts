import { mkdir, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { destroyApp } from "@arclet/deploy";
import { expect, test } from "vitest";
import { createAppFolder, deploy, get, projectOf } from "./deployment.ts";

const level = dirname(createRequire(import.meta.url).resolve("classic-level/package.json"));
// MiniStack runs functions on this machine's processor, whatever their architecture.
const architecture = process.arch === "arm64" ? "arm64" : "x86_64";

const useDatabase = (load: string): string => `
${load}
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
export const handler = async () => {
  const database = new ClassicLevel(await mkdtemp(tmpdir() + "/level-"));
  await database.put("cat", "tom");
  const body = await database.get("cat");
  await database.close();
  return { statusCode: 200, body };
};
`;

test("native packages, and packages of functions that are not bundled, run as deployed", async () => {
  await using folder = await createAppFolder({
    "app.arc": `@app\npacked\n\n@aws\narchitecture ${architecture}\n\n@http\nget /bundled\nget /whole\n`,
    "src/http/get-bundled/index.mjs": useDatabase('import { ClassicLevel } from "classic-level";'),
    // By a name that no bundler sees: the function's own package.json tells it.
    "src/http/get-whole/index.mjs": useDatabase(
      'const { ClassicLevel } = await import(["classic", "level"].join("-"));',
    ),
    "src/http/get-whole/config.arc": "@arc\nbundle false\n",
    "src/http/get-whole/package.json": '{ "dependencies": { "classic-level": "*" } }',
  });
  const { root, write } = folder;
  await mkdir(join(root, "node_modules"), { recursive: true });
  await symlink(level, join(root, "node_modules/classic-level"));
  const { result } = await deploy(root);
  for (const name of ["bundled", "whole"])
    expect(await get(`${result.httpUrl}/${name}`)).toMatchObject({ status: 200, body: "tom" });

  // What could not run there is not sent.
  const { manifest } = await projectOf(root);
  await destroyApp({ manifest, stage: "staging", name: null, force: true }, { report: () => {} });
  await write("app.arc", "@app\npacked\n\n@http\nget /none\n");
  await write(
    "src/http/get-none/index.mjs",
    'import "./only-here.node";\nexport const handler = async () => ({ statusCode: 200 });',
  );
  await write("src/http/get-none/only-here.node", "for no machine");
  await expect(deploy(root)).rejects.toMatchObject({ code: "ERR_NATIVE_MODULE" });
});
