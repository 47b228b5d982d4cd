// The helper as it is uploaded to Lambda: bytes of the minified bundle, and what importing it takes.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { runScript } from "./load/processes.mjs";
import { atMost } from "./load/rows.mjs";
import { interleave } from "./load/statistics.mjs";

const rounds = 15;
const here = fileURLToPath(new URL(".", import.meta.url));

export async function measureBundle() {
  const folder = await mkdtemp(join(tmpdir(), "arclet-bench-"));
  try {
    const empty = await bundle(folder, "empty", "export const handler = () => {};");
    const socket = await bundle(
      folder,
      "ws",
      'import { ws } from "@arclet/functions"; export const handler = (event) => ws.send(event);',
    );
    const rooms = await bundle(
      folder,
      "rooms",
      'import { rooms } from "@arclet/functions"; export const handler = (event) => rooms.send(event);',
    );
    const whole = await bundle(folder, "whole", 'export * from "@arclet/functions";');
    const ms = await interleave(
      {
        empty: () => importMs(empty.file),
        socket: () => importMs(socket.file),
        whole: () => importMs(whole.file),
      },
      rounds,
    );
    const detail = `${ms.empty.toFixed(2)} ms for a module without the helper`;
    return [
      atMost("bundle of a function that uses ws", socket.kilobytes, 12, { unit: "kB" }),
      atMost("bundle of a function that uses rooms", rooms.kilobytes, 9, { unit: "kB" }),
      atMost("bundle of the whole helper", whole.kilobytes, 26, { unit: "kB" }),
      atMost("import of a function that uses ws", ms.socket, 10, { unit: "ms", detail }),
      atMost("import of the whole helper", ms.whole, 10, { unit: "ms" }),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function bundle(folder, name, source) {
  const result = await build({
    stdin: { contents: source, resolveDir: here, sourcefile: "index.mjs" },
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    format: "esm",
    external: ["@aws-sdk/*", "@smithy/*"],
    write: false,
  });
  const [{ contents }] = result.outputFiles;
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, contents);
  return { file, kilobytes: contents.byteLength / 1000 };
}

/** In a new process, since a module is imported but once. */
async function importMs(file) {
  return (await runScript(join(here, "load/import-time.mjs"), [file])).ms;
}
