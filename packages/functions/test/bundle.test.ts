import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { describe, expect, it, onTestFinished } from "vitest";

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
  it("of ws is no more than 12 kB, with the signer", async () => {
    const text = await bundle(
      'import { ws } from "@arclet/functions"; export const handler = ws.send;',
    );
    expect(text).toContain("AWS4-HMAC-SHA256");
    expect(text).not.toContain("client-dynamodb");
    expect(text.length).toBeLessThanOrEqual(12_000);
  });

  it("is nothing when nothing is used", async () => {
    expect((await bundle('import { ws, tables, events } from "@arclet/functions";')).trim()).toBe(
      "",
    );
  });

  it("does not run the signer unless the target is AWS", async () => {
    const folder = await mkdtemp(join(tmpdir(), "arclet-functions-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const loader = `import { register } from "node:module";
const loaded = [];
const { port1, port2 } = new MessageChannel();
port1.on("message", (url) => loaded.push(url)).unref();
register("data:text/javascript," + encodeURIComponent(\`let port;
export function initialize(given) { port = given; }
export async function load(url, context, next) { port.postMessage(url); return next(url, context); }\`), { data: port2, transferList: [port2] });
const { ws } = await import(${JSON.stringify(import.meta.resolve("@arclet/functions"))});
globalThis[Symbol.for("arclet.gateway")] = { request: async () => ({ type: "done" }) };
await ws.send({ id: "x", payload: "y" });
delete globalThis[Symbol.for("arclet.gateway")];
const settled = () => new Promise((resolve) => setTimeout(resolve));
await settled();
const direct = loaded.some((url) => url.includes("aws4fetch"));
Object.assign(process.env, { ARC_WSS_URL: "wss://localhost:1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" });
await ws.send({ id: "x", payload: "y" }).catch(() => null);
await settled();
console.log(JSON.stringify({ direct, aws: loaded.some((url) => url.includes("aws4fetch")) }));`;
    await writeFile(join(folder, "run.mjs"), loader);
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "run.mjs")]);
    expect(JSON.parse(stdout)).toEqual({ direct: false, aws: true });
  });
});
