import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Manifest } from "@arclet/manifest";
import type { Location } from "vscode-languageserver";

const handlerName = /^(?:index|lambda|handler)\.(?:mjs|cjs|js|mts|cts|tsx?|jsx|py|rb)$/;

/** Handlers of the functions that a line of the manifest declares. `line` counts from 0. */
export function goToFunction(manifest: Manifest, path: string, line: number): Location[] {
  return manifest.functions
    .filter(({ origin }) => origin?.line === line + 1)
    .flatMap(({ sourceCandidates }) => {
      const folder = sourceCandidates
        .map((candidate) => join(dirname(path), candidate))
        .find((candidate) => existsSync(candidate));
      if (folder === undefined) return [];
      const handler = readdirSync(folder).find((name) => handlerName.test(name));
      if (handler === undefined) return [];
      const start = { line: 0, character: 0 };
      return [{ uri: pathToFileURL(join(folder, handler)).href, range: { start, end: start } }];
    });
}
