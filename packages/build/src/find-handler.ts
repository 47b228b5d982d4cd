import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { Diagnostic, ProjectFunction } from "@arclet/manifest";

/** Extensions of Node.js handlers, in the order in which they are looked for. */
const nodeExtensions = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"];

/** Files other languages' handlers live in, as Architect looks for them. */
const foreignFiles: Readonly<Record<string, readonly string[]>> = {
  python: ["lambda.py", "handler.py", "index.py"],
  ruby: ["lambda.rb", "handler.rb", "index.rb"],
};

export type HandlerFile =
  | { readonly kind: "node"; /** Absolute. */ readonly file: string; readonly exportPath: string }
  | { readonly kind: "foreign"; readonly handler: string }
  | { readonly kind: "missing"; readonly diagnostic: Diagnostic };

/** Finds the file a function's handler string names. */
export function findHandler(root: string, declared: ProjectFunction): HandlerFile {
  const { handler, runtime } = declared.config;
  const slash = handler.lastIndexOf("/") + 1;
  const dot = handler.indexOf(".", slash);
  const stem = dot === -1 ? handler : handler.slice(0, dot);
  const exportPath = dot === -1 ? "handler" : handler.slice(dot + 1);
  const language = Object.keys(foreignFiles).find((name) => runtime.startsWith(name));
  const extensions =
    language === "python" ? [".py"] : language === "ruby" ? [".rb"] : nodeExtensions;
  const names = extensions.map((extension) => `${stem}${extension}`);
  if (language !== undefined && handler === "index.handler") {
    names.unshift(...(foreignFiles[language] ?? []));
  }
  const found = names.find((name) => existsSync(join(declared.directory, name)));
  if (found === undefined) return { kind: "missing", diagnostic: missing(root, declared, names) };
  if (language === undefined)
    return { kind: "node", file: join(declared.directory, found), exportPath };
  const module = found.replace(/\.\w+$/, "");
  const separator = language === "python" ? "." : ".";
  return { kind: "foreign", handler: `${module}${separator}${exportPath}` };
}

function missing(root: string, declared: ProjectFunction, names: readonly string[]): Diagnostic {
  const folder = relative(root, declared.directory);
  const text = declared.exists
    ? `${declared.id} has no handler: ${folder} holds none of ${names.join(", ")}`
    : `${declared.id} has no folder: looked for ${declared.sourceCandidates.join(", ")}`;
  return {
    severity: "error",
    code: declared.exists ? "handler-missing" : "function-missing",
    text,
    location: declared.origin,
    notes: [{ text: '"arclet init" writes what is missing', location: null }],
  };
}
