import { stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Diagnostic, ProjectFunction } from "@arclet/manifest";

/** How a function's folder becomes its build folder. */
export type FoundHandler =
  | {
      readonly kind: "node";
      /** Absolute path of the source file. */
      readonly file: string;
      /** Export path in the handler string: `handler`, `nested.handler`. */
      readonly exportPath: string;
    }
  | {
      /** Not Node.js: the folder is copied as it is. */
      readonly kind: "other";
      /** Absolute path; the folder itself when the runtime needs no file of a known name. */
      readonly file: string;
      /** Lambda handler string. */
      readonly handler: string;
    }
  | { readonly kind: "missing"; readonly diagnostic: Diagnostic };

/** Extensions in Architect's order of preference. Files that Node.js can run come before those to compile. */
export const nodeHandlerExtensions = [
  "js",
  "mjs",
  "cjs",
  "mts",
  "cts",
  "ts",
  "tsx",
  "jsx",
] as const;

const defaultHandler = "index.handler";

/** Default names of the handler file, in Architect's order of preference. */
const otherRuntimes: readonly { readonly prefix: string; readonly files: readonly string[] }[] = [
  { prefix: "python", files: ["lambda.py", "handler.py", "index.py"] },
  { prefix: "ruby", files: ["lambda.rb", "handler.rb", "index.rb"] },
  {
    prefix: "deno",
    files: ["mod.ts", "mod.js", "mod.tsx", "index.ts", "index.js", "index.tsx"],
  },
];

/** Whether the function's runtime is Node.js, and its code is bundled. */
export function isNodeRuntime(runtime: string): boolean {
  return runtime.startsWith("node");
}

/** Finds the handler's file of a function in `declared.directory`. */
export async function findHandler(declared: ProjectFunction, root: string): Promise<FoundHandler> {
  const { runtime, handler } = declared.config;
  const { stem, exportPath } = splitHandler(handler);
  if (isNodeRuntime(runtime)) {
    const names = nodeHandlerExtensions.map((extension) => `${stem}.${extension}`);
    const file = await firstFile(declared.directory, names);
    return file === null ? missing(declared, root, names) : { kind: "node", file, exportPath };
  }
  const known = otherRuntimes.find(({ prefix }) => runtime.startsWith(prefix));
  if (known === undefined) return { kind: "other", file: declared.directory, handler };
  const isNamed = handler !== defaultHandler;
  const names = isNamed
    ? [...new Set(known.files.map((name) => stem + name.slice(name.lastIndexOf("."))))]
    : known.files;
  const file = await firstFile(declared.directory, names);
  if (file === null) return missing(declared, root, names);
  const found = relative(declared.directory, file).replaceAll("\\", "/");
  const foundStem = found.slice(0, found.lastIndexOf("."));
  return { kind: "other", file, handler: `${foundStem}.${exportPath}` };
}

/** `lib/app.nested.handler` → `lib/app` and `nested.handler`: Lambda splits the last segment at its first dot. */
function splitHandler(handler: string): { readonly stem: string; readonly exportPath: string } {
  const dot = handler.indexOf(".", handler.lastIndexOf("/") + 1);
  return dot === -1
    ? { stem: handler, exportPath: "handler" }
    : { stem: handler.slice(0, dot), exportPath: handler.slice(dot + 1) };
}

async function firstFile(directory: string, names: readonly string[]): Promise<string | null> {
  const files = names.map((name) => join(directory, name));
  const found = await Promise.all(files.map(isFile));
  return files[found.indexOf(true)] ?? null;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function missing(declared: ProjectFunction, root: string, names: readonly string[]): FoundHandler {
  const folder = relative(root, declared.directory).replaceAll("\\", "/");
  const { id, exists, sourceCandidates, origin } = declared;
  const place = folder === "" ? "the project's folder" : folder;
  const lookedFor = (exists ? names : sourceCandidates).join(", ");
  return {
    kind: "missing",
    diagnostic: {
      severity: "error",
      code: exists ? "handler-missing" : "function-missing",
      text: exists ? `"${id}" has no handler file in ${place}` : `"${id}" has no folder`,
      location: origin,
      notes: [
        { text: `looked for ${lookedFor}`, location: null },
        { text: 'run "arclet init" to write what is missing', location: null },
      ],
    },
  };
}
