import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { StaticFiles } from "@arclet/manifest";
import mime from "mime";
import type { AwsClients } from "../aws-clients.ts";
import type { DeployReporter } from "../reporter.ts";

interface StaticObject {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly isFingerprinted: boolean;
}

/** Files of the folder as objects, with `static.json` (name → fingerprinted name) when asked for. */
export async function readStaticFiles(
  root: string,
  settings: StaticFiles,
): Promise<readonly StaticObject[]> {
  const folder = join(root, settings.folder);
  const objects: StaticObject[] = [];
  const names: Record<string, string> = {};
  const prefix = settings.prefix === null ? "" : `${settings.prefix}/`;
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isFile() || entry.name === ".DS_Store" || entry.name === "readme.md") continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join("/");
    if (settings.ignore.some((part) => name.includes(part))) continue;
    const bytes = await readFile(path);
    const isFingerprinted = settings.fingerprint === true && name !== "static.json";
    const key = isFingerprinted ? fingerprinted(name, bytes) : name;
    if (isFingerprinted) names[name] = key;
    objects.push({ key: prefix + key, bytes, isFingerprinted });
    // `/` and the pages of a single-page app are asked for by name.
    if (isFingerprinted && name.endsWith(".html"))
      objects.push({ key: prefix + name, bytes, isFingerprinted: false });
  }
  if (settings.fingerprint === true)
    objects.push({
      key: `${prefix}static.json`,
      bytes: Buffer.from(JSON.stringify(names, null, 2)),
      isFingerprinted: false,
    });
  return objects;
}

/** Brings the bucket to the folder's state: puts what differs, and removes the rest with `prune`. */
export async function syncStaticFiles(
  clients: AwsClients,
  bucket: string,
  objects: readonly StaticObject[],
  prune: boolean,
  reporter: DeployReporter,
): Promise<number> {
  const [sdk, client] = await Promise.all([import("@aws-sdk/client-s3"), clients.s3()]);
  const present = new Map<string, string>();
  for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket: bucket }))
    for (const { Key: key, ETag: tag } of page.Contents ?? [])
      if (key !== undefined) present.set(key, (tag ?? "").replaceAll('"', ""));
  let changed = 0;
  for (const { key, bytes, isFingerprinted } of objects) {
    // The ETag of an object put in one part is its MD5.
    const isSame = present.get(key) === createHash("md5").update(bytes).digest("hex");
    present.delete(key);
    if (isSame) continue;
    await client.send(
      new sdk.PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: contentType(key),
        CacheControl: isFingerprinted
          ? "public, max-age=31536000, immutable"
          : "public, max-age=0, must-revalidate",
      }),
    );
    changed += 1;
    reporter.report({ type: "static-file", action: "put", key });
  }
  if (!prune) return changed;
  for (const key of present.keys()) {
    await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }));
    changed += 1;
    reporter.report({ type: "static-file", action: "delete", key });
  }
  return changed;
}

/** Removes every object, so that CloudFormation may delete the bucket. */
export async function emptyBucket(clients: AwsClients, bucket: string): Promise<void> {
  const [sdk, client] = await Promise.all([import("@aws-sdk/client-s3"), clients.s3()]);
  for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket: bucket })) {
    const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
    if (keys.length > 0)
      await client.send(
        new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys } }),
      );
  }
}

function fingerprinted(name: string, bytes: Uint8Array): string {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  return dot <= name.lastIndexOf("/") + 1
    ? `${name}-${hash}`
    : `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
}

function contentType(key: string): string {
  const type = mime.getType(key) ?? "application/octet-stream";
  return /^text\/|javascript$|json$/.test(type) ? `${type}; charset=utf-8` : type;
}
