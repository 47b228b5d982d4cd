import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourcePosition } from "./code-frame.ts";

/** Maps a position in a built file to its source. Returns it unchanged if there is no source map. */
export function sourcePosition(position: SourcePosition): SourcePosition {
  const map = readSourceMap(`${position.file}.map`);
  if (map === null) return position;
  // Source maps count from 0.
  const entry = map.findEntry(position.line - 1, position.column - 1);
  if (!("originalSource" in entry)) return position;
  const source = entry.originalSource;
  return {
    file: source.startsWith("file:")
      ? fileURLToPath(source)
      : resolve(dirname(position.file), source),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  };
}

function readSourceMap(file: string): SourceMap | null {
  try {
    // The bundler has just written it. With a damaged map, the built position is shown.
    const payload: SourceMapPayload = JSON.parse(readFileSync(file, "utf8"));
    return new SourceMap(payload);
  } catch {
    return null;
  }
}
