import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findManifest } from "@arclet/manifest/node";
import { CliError } from "../errors.ts";

/** Finds the nearest folder with a manifest, upwards from the calling file or the working directory. */
export async function findRoot(stack: string): Promise<string> {
  for (const start of [...callers(stack), process.cwd()]) {
    for (let folder = start; ; folder = dirname(folder)) {
      if ((await findManifest(folder)).kind !== "absent") return folder;
      if (dirname(folder) === folder) break;
    }
  }
  throw new CliError("ERR_MANIFEST", `no manifest in ${process.cwd()} or a folder above it`, {
    hints: ['Give startApp the folder of the app: startApp({ root: "my-app" })'],
  });
}

/** `root` as it was given. */
export function absoluteFolder(root: string | URL): string {
  const text = String(root);
  return resolve(text.startsWith("file:") ? fileURLToPath(text) : text);
}

/** Folders of the files in a stack, innermost first, without packages and Node.js. */
function callers(stack: string): string[] {
  const folders = stack.split("\n").flatMap((line) => {
    const [, place = ""] = /(?:\(|at )((?:file:\/\/)?\/?[^()]+?):\d+:\d+\)?$/.exec(line) ?? [];
    if (place === "" || place.startsWith("node:") || place.includes("node_modules")) return [];
    return [dirname(absoluteFolder(place.replace(/\?.*$/, "")))];
  });
  return [...new Set(folders)];
}
