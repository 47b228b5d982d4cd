import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { SourceFile, type Diagnostic } from "@arclet/manifest";

const setting = /"emitDecoratorMetadata"\s*:\s*true/;

/**
 * Warns if a tsconfig.json enables types of decorated members, which esbuild does not emit: libraries that
 * inject by type get `undefined`. null if no source has decorators.
 *
 * @param inputs Absolute paths of the bundle's sources.
 * @param directory Absolute folder of the function.
 * @param root Absolute folder of the project.
 */
export async function checkDecorators(
  inputs: readonly string[],
  directory: string,
  root: string,
): Promise<Diagnostic | null> {
  const sources = inputs.filter(
    (path) => /\.[cm]?tsx?$/.test(path) && !path.includes(`${sep}node_modules${sep}`),
  );
  if (sources.length === 0) return null;
  const file = await settingFile(directory, root);
  if (file === null) return null;
  const texts = await Promise.all(sources.map((path) => readFile(path, "utf8")));
  if (!texts.some((text) => /^\s*@[A-Za-z_$][\w.$]*/m.test(text))) return null;
  const found = setting.exec(file.text);
  return {
    severity: "warning",
    code: "decorator-metadata",
    text: '"emitDecoratorMetadata" has no effect: esbuild does not emit types of decorated members',
    location:
      found === null
        ? null
        : file.locate({ start: found.index, end: found.index + found[0].length }),
    notes: [
      {
        text: "name the injected value in the decorator, or compile with tsc and set src to its output",
        location: null,
      },
    ],
  };
}

/** The tsconfig.json that enables it for a folder, following `extends`; null if none does. */
async function settingFile(directory: string, root: string): Promise<SourceFile | null> {
  for (let folder = directory; ; folder = dirname(folder)) {
    const found = await readConfig(join(folder, "tsconfig.json"), root);
    if (found !== null) return followed(found, folder, root);
    if (folder === root || folder === dirname(folder)) return null;
  }
}

async function followed(
  first: SourceFile,
  folder: string,
  root: string,
): Promise<SourceFile | null> {
  const seen = new Set<string>();
  let [file, place]: [SourceFile | null, string] = [first, folder];
  while (file !== null) {
    const text = withoutComments(file.text);
    if (setting.test(text)) return file;
    if (/"emitDecoratorMetadata"\s*:\s*false/.test(text)) return null;
    const base = /"extends"\s*:\s*"(\.[^"]+)"/.exec(text)?.[1];
    const path: string = base === undefined ? "" : resolve(place, base);
    if (base === undefined || seen.has(path)) return null;
    seen.add(path);
    place = dirname(path);
    file = (await readConfig(path, root)) ?? (await readConfig(`${path}.json`, root));
  }
  return null;
}

async function readConfig(path: string, root: string): Promise<SourceFile | null> {
  try {
    const text = await readFile(path, "utf8");
    return new SourceFile(relative(root, path).replaceAll("\\", "/"), text);
  } catch {
    // Ignore missing or unreadable files; esbuild reports those it needs.
    return null;
  }
}

function withoutComments(text: string): string {
  return text.replaceAll(/"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part : " ",
  );
}
