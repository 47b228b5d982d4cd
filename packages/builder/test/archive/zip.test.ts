import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { zipDirectory } from "@arclet/builder";
import { unzipSync, strFromU8 } from "fflate";
import { describe, expect, test } from "vitest";
import { createProject } from "../temporary-project.ts";

async function createFolder(names: readonly string[], time: Date): Promise<string> {
  const { root } = await createProject({});
  for (const name of names) {
    await mkdir(join(root, name, ".."), { recursive: true });
    await writeFile(join(root, name), `contents of ${name}`);
    await utimes(join(root, name), time, time);
  }
  await chmod(join(root, "run.sh"), 0o700);
  return root;
}

describe("zipDirectory", () => {
  const names = ["index.mjs", "data/a.txt", "run.sh", "é/ü.txt"];

  test("gives equal folders equal bytes, whatever the times and the order of writing", async () => {
    const first = await zipDirectory(await createFolder(names, new Date("2024-02-29T12:00:00Z")));
    const second = await zipDirectory(
      await createFolder(names.toReversed(), new Date("2026-01-01T00:00:01Z")),
    );
    expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(true);
    expect(first.hash).toBe(createHash("sha256").update(first.bytes).digest("hex"));
    const files = unzipSync(first.bytes);
    expect(Object.keys(files)).toEqual(["data/a.txt", "index.mjs", "run.sh", "é/ü.txt"]);
    expect(strFromU8(files["data/a.txt"] ?? new Uint8Array())).toBe("contents of data/a.txt");
  });

  test("gives the same bytes in another time zone", async () => {
    const folder = await createFolder(names, new Date());
    const script = `import { zipDirectory } from "@arclet/builder"; console.log((await zipDirectory(${JSON.stringify(folder)})).hash);`;
    const hashes = await Promise.all(
      ["Pacific/Kiritimati", "America/Los_Angeles"].map(async (TZ) => {
        const { stdout } = await promisify(execFile)(
          process.execPath,
          ["--input-type=module", "--eval", script],
          { cwd: import.meta.dirname, env: { ...process.env, TZ } },
        );
        return stdout;
      }),
    );
    expect(hashes[0]).toBe(hashes[1]);
  });

  test("holds files only, with mode 0644, or 0755 where the owner may execute", async () => {
    const folder = await createFolder(names, new Date());
    const { bytes } = await zipDirectory(folder);
    expect(modesOf(bytes)).toEqual([
      ["data/a.txt", "100644"],
      ["index.mjs", "100644"],
      ["run.sh", "100755"],
      ["é/ü.txt", "100644"],
    ]);
  });
});

/** Reads the central directory: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.12. */
function modesOf(zip: Uint8Array): readonly (readonly [string, string])[] {
  const view = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
  const modes: [string, string][] = [];
  for (let at = view.indexOf("PK\x01\x02"); at !== -1; at = view.indexOf("PK\x01\x02", at + 1)) {
    const nameLength = view.readUInt16LE(at + 28);
    const name = view.toString("utf8", at + 46, at + 46 + nameLength);
    modes.push([name, (view.readUInt32LE(at + 38) >>> 16).toString(8)]);
  }
  return modes;
}
