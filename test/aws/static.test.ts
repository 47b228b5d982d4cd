import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { destroyApp, type DeployEvent } from "@arclet/deploy";
import { afterEach, expect, test } from "vitest";
import {
  createAppFolder,
  deploy,
  get,
  getStaticFile,
  projectOf,
  type AppFolder,
} from "./deployment.ts";

let folder: AppFolder | null = null;

afterEach(async () => {
  if (folder === null) return;
  const { manifest } = await projectOf(folder.root);
  const options = { manifest, stage: "staging", name: null, force: true } as const;
  await destroyApp(options, { report: () => {} });
  await folder[Symbol.asyncDispose]();
  folder = null;
});

const manifest = (settings: string): string => `@app\nsite\n\n@static\n${settings}\n`;
const cached = "public, max-age=31536000, immutable";
const asked = "public, max-age=0, must-revalidate";
/** `put key` and `delete key`, as they were told. */
const changes = (events: readonly DeployEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === "static-file" ? [`${event.action} ${event.key}`] : []));
const fingerprint = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 10);

test("only files that changed are put, and prune removes the rest", async () => {
  folder = await createAppFolder({
    "app.arc": manifest("prune true\nignore\n  drafts"),
    "public/index.html": "<h1>one</h1>",
    "public/deep/style.css": "body{}",
    "public/logo.svg": "<svg/>",
    "public/data.bin": "bytes",
    "public/drafts/secret.txt": "not yet",
  });
  const { root, write } = folder;
  const first = await deploy(root);
  expect(changes(first.events).toSorted()).toEqual([
    "put data.bin",
    "put deep/style.css",
    "put index.html",
    "put logo.svg",
  ]);
  const types = {
    "index.html": "text/html; charset=utf-8",
    "deep/style.css": "text/css; charset=utf-8",
    "logo.svg": "image/svg+xml; charset=utf-8",
    "data.bin": "application/octet-stream",
  };
  for (const [key, type] of Object.entries(types))
    expect(await getStaticFile("SiteStaging", key)).toMatchObject({
      status: 200,
      headers: { "content-type": type, "cache-control": asked },
    });

  await write("public/index.html", "<h1>two</h1>");
  await rm(join(root, "public/logo.svg"));
  const second = await deploy(root, { mode: "static" });
  expect(changes(second.events)).toEqual(["put index.html", "delete logo.svg"]);
  expect(second.result.isChanged).toBe(true);
  expect((await getStaticFile("SiteStaging", "index.html")).body).toBe("<h1>two</h1>");
  expect((await getStaticFile("SiteStaging", "logo.svg")).status).toBe(404);

  const third = await deploy(root, { mode: "static" });
  expect(third.result.isChanged).toBe(false);
  expect(changes(third.events)).toEqual([]);
});

test("fingerprinted files are cached for ever, pages and the map are asked for", async () => {
  folder = await createAppFolder({
    "app.arc": manifest("fingerprint true\ncompression br"),
    "public/app.js": "run()",
    "public/index.html": "<script src=app.js></script>",
  });
  const { root } = folder;
  const { events } = await deploy(root);
  const script = `app-${fingerprint("run()")}.js`;
  const page = `index-${fingerprint("<script src=app.js></script>")}.html`;
  const puts = changes(events);
  expect(puts.toSorted()).toEqual(
    [`put ${script}`, `put ${page}`, "put index.html", "put static.json"].toSorted(),
  );
  // What pages name is there before them.
  expect(puts.indexOf(`put ${script}`)).toBeLessThan(puts.indexOf("put index.html"));
  expect(await getStaticFile("SiteStaging", script)).toMatchObject({
    headers: { "cache-control": cached, "content-encoding": "br" },
  });
  expect((await getStaticFile("SiteStaging", "index.html")).headers["cache-control"]).toBe(asked);
  const map = await getStaticFile("SiteStaging", "static.json");
  expect(map.headers["cache-control"]).toBe(asked);
  expect(JSON.parse(brotliDecompressSync(map.bytes).toString())).toEqual({
    "app.js": script,
    "index.html": page,
  });
});

test("functions know the fingerprinted names, which are there before the stack changes", async () => {
  const page = (version: string): string => `const { readFileSync } = require("node:fs");
exports.handler = async () => {
  const map = JSON.parse(readFileSync("node_modules/@architect/shared/static.json", "utf8"));
  return { html: "${version} " + map["app.js"] };
};
`;
  folder = await createAppFolder({
    "package.json": "{}",
    "app.arc": `@app\nsite\n\n@http\nget /\n\n@static\nfingerprint true\nprune true\n`,
    "src/http/get-index/index.js": page("one"),
    "public/app.js": "run(1)",
  });
  const { root, write } = folder;
  const first = await deploy(root);
  const url = first.result.httpUrl ?? "";
  const [old, current] = ["run(1)", "run(2)"].map((text) => `app-${fingerprint(text)}.js`);
  expect((await get(url)).body).toBe(`one ${old}`);
  const script = await get(`${url}/_static/${old}`);
  expect(script).toMatchObject({
    status: 200,
    body: "run(1)",
    headers: { "cache-control": cached },
  });
  expect(await get(`${url}/_static/app.js`)).toMatchObject({
    status: 302,
    headers: { location: `/_static/${old}` },
  });

  await write("src/http/get-index/index.js", page("two"));
  await write("public/app.js", "run(2)");
  const second = await deploy(root);
  const order = second.events.map((event) =>
    event.type === "static-file" ? `${event.action} ${event.key}` : event.type,
  );
  expect(order).toContain("resource");
  expect(order.indexOf(`put ${current}`)).toBeLessThan(order.indexOf("resource"));
  expect(order.indexOf("put static.json")).toBeGreaterThan(order.lastIndexOf("resource"));
  expect((await get(url)).body).toBe(`two ${current}`);
  expect((await get(`${url}/_static/${current}`)).body).toBe("run(2)");
  // A page that is open still asks for it.
  expect((await get(`${url}/_static/${old}`)).body).toBe("run(1)");

  await write("public/app.js", "run(3)");
  await deploy(root);
  expect((await get(`${url}/_static/${old}`)).status).toBe(404);
  expect((await get(`${url}/_static/${current}`)).status).toBe(200);
});

test("a file above 4 MB comes from the bucket, by a signed URL of some minutes", async () => {
  const bytes = Buffer.alloc(5 * 1024 * 1024, "0123456789");
  folder = await createAppFolder({ "app.arc": manifest("spa true"), "public/large.bin": bytes });
  const { result } = await deploy(folder.root);
  const answer = await get(`${result.httpUrl}/large.bin`);
  expect(answer).toMatchObject({ status: 302, headers: { "cache-control": "no-store" } });
  const location = new URL(answer.headers.location ?? "");
  expect(location.searchParams.get("X-Amz-Expires")).toBe("300");
  expect(location.searchParams.get("X-Amz-Signature")).toMatch(/^[0-9a-f]{64}$/);
  expect((await get(location.href)).bytes.equals(bytes)).toBe(true);
});

test("what is stored compressed reaches those who do not accept it", async () => {
  folder = await createAppFolder({
    "app.arc": manifest("compression br"),
    "public/index.html": "<h1>packed</h1>",
  });
  const { result } = await deploy(folder.root);
  const plain = await get(result.httpUrl ?? "");
  expect([plain.headers["content-encoding"], plain.body]).toEqual([undefined, "<h1>packed</h1>"]);
});
