import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { describe, expect, onTestFinished, test } from "vitest";
import { lambdaEnvironment, startAwsServer } from "./aws-server.ts";

async function bundle(source: string): Promise<string> {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: source, resolveDir: import.meta.dirname, sourcefile: "index.mjs" },
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    format: "esm",
    external: ["@aws-sdk/*"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

describe("a bundle with the helper", () => {
  test("of all of it is no more than 26 kB, the signer and nothing of the AWS SDK", async () => {
    const text = await bundle('export * from "@arclet/functions";');
    expect(text).toContain("AWS4-HMAC-SHA256");
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(26_000);
    const imported = Array.from(text.matchAll(/import\("([^"]+)"\)/g), ([, name]) => name);
    expect(new Set(imported)).toEqual(new Set(["node:crypto", "node:http", "node:https"]));
    expect(text).not.toMatch(/\bfrom"/);
  });

  test("of ws has nothing of tables", async () => {
    const text = await bundle(
      'import { ws } from "@arclet/functions"; export const handler = ws.send;',
    );
    expect(text).toContain("AWS4-HMAC-SHA256");
    expect(text).not.toContain("ARC_TABLES");
    expect(text).not.toContain("ARC_ROOMS");
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(5100);
  });

  test("of rooms has nothing of logins", async () => {
    const text = await bundle(
      'import { rooms } from "@arclet/functions"; export const handler = rooms.send;',
    );
    expect(text).not.toContain("ARC_APP_SECRET");
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(9000);
  });

  test("is nothing when nothing is used", async () => {
    expect((await bundle('import { ws, tables, events } from "@arclet/functions";')).trim()).toBe(
      "",
    );
  });

  test("uses tables where the AWS SDK is not installed, and names it where it is asked for", async () => {
    const server = await startAwsServer({ status: 200, body: '{"Item":{"lives":{"N":"9"}}}' });
    const folder = await mkdtemp(join(tmpdir(), "arclet-functions-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "helper.mjs"), await bundle('export * from "@arclet/functions";'));
    const script = `import { tables } from "./helper.mjs";
const all = await tables();
const { lives } = await all.cats.get({ id: "tom" });
const copy = { ...all };
try {
  all._doc;
} catch ({ message }) {
  console.log(JSON.stringify({ lives, copied: Object.keys(copy), message: message.split("\\n")[0] }));
}`;
    await writeFile(join(folder, "run.mjs"), script);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["run.mjs"], {
      cwd: folder,
      env: {
        ...lambdaEnvironment,
        AWS_ENDPOINT_URL_DYNAMODB: server.url,
        ARC_TABLES: '{"cats":"app-staging-cats"}',
      },
    });
    expect(JSON.parse(stdout)).toEqual({
      lives: 9,
      copied: ["cats", "name", "reflect"],
      message: "Cannot find module '@aws-sdk/client-dynamodb'",
    });
    expect(stderr).toBe("");
  });

  test("loads cryptography only where the target is AWS", async () => {
    const folder = await mkdtemp(join(tmpdir(), "arclet-functions-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "helper.mjs"), await bundle('export * from "@arclet/functions";'));
    const script = `import { ws } from "./helper.mjs";
const hasCrypto = () => process.moduleLoadList.includes("NativeModule crypto");
globalThis[Symbol.for("arclet.gateway")] = { request: async () => ({ type: "done" }) };
await ws.send({ id: "x", payload: "y" });
const direct = hasCrypto();
delete globalThis[Symbol.for("arclet.gateway")];
globalThis.fetch = async () => new Response();
Object.assign(process.env, { ARC_WSS_URL: "wss://localhost:1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" });
await ws.send({ id: "x", payload: "y" });
console.log(JSON.stringify({ direct, aws: hasCrypto() }));`;
    await writeFile(join(folder, "run.mjs"), script);
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "run.mjs")]);
    expect(JSON.parse(stdout)).toEqual({ direct: false, aws: true });
  });
});
