import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Diagnostic } from "../../src/index.ts";

/** A folder that holds these files until the test ends; a path that ends in `/` is an empty folder. */
export async function projectFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "arclet-project-")));
  onTestFinished(async () => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(path.endsWith("/") ? file : dirname(file), { recursive: true });
    if (!path.endsWith("/")) await writeFile(file, text);
  }
  return root;
}

/** `file:line:column severity code: text`, the place only where there is one. */
export function reported(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ severity, code, text, location }) => {
    const place =
      location === null ? "" : `${location.file}:${location.line}:${location.column + 1} `;
    return `${place}${severity} ${code}: ${text}`;
  });
}
