import { readFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";

export type ModuleFormat = "esm" | "cjs";

/** Fields of a `package.json` that matter for building. */
export interface PackageFacts {
  readonly type: ModuleFormat | null;
  /** Names under `dependencies`. */
  readonly dependencies: ReadonlySet<string>;
}

/**
 * The format of a source file as far as its name and the nearest `package.json` say;
 * null leaves it to the syntax, as Node.js does.
 */
export async function declaredFormat(file: string): Promise<ModuleFormat | null> {
  const extension = extname(file);
  if (extension === ".mjs" || extension === ".mts") return "esm";
  if (extension === ".cjs" || extension === ".cts") return "cjs";
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const facts = await readPackageFacts(folder);
    if (facts !== null) return facts.type;
    if (folder === dirname(folder)) return null;
  }
}

/** null if the folder has no `package.json`. Invalid JSON is ignored, because the bundler reports it. */
export async function readPackageFacts(folder: string): Promise<PackageFacts | null> {
  let text: string;
  try {
    text = await readFile(join(folder, "package.json"), "utf8");
  } catch {
    // Missing and unreadable files are treated alike.
    return null;
  }
  const content = parseObject(text);
  const { type, dependencies } = content;
  return {
    type: type === "module" ? "esm" : type === "commonjs" ? "cjs" : null,
    dependencies: new Set(
      typeof dependencies === "object" && dependencies !== null ? Object.keys(dependencies) : [],
    ),
  };
}

function parseObject(text: string): { type?: unknown; dependencies?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
