import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { destroyApp, type DeployEvent } from "@arclet/deploy";
import { afterEach, expect, test } from "vitest";
import { createAppFolder, deploy, getStaticFile, projectOf, type AppFolder } from "./deployment.ts";

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
