import { readFile } from "node:fs/promises";
import { extname, relative } from "node:path";
import { SourceFile, type Diagnostic, type Location } from "@arclet/manifest";
import { loadEsbuild } from "../esbuild/load-esbuild.ts";

/** The handler's file and export. */
export interface HandlerSource {
  /** Absolute path of the file. */
  readonly entry: string;
  /** Absolute project folder. */
  readonly root: string;
  /** Export path in the handler string: `handler`, `nested.handler`. */
  readonly exportPath: string;
  /** Lambda runtime identifier. */
  readonly runtime: string;
  /** Whether the file is an ES module, whose exports are known before it runs. */
  readonly isModule: boolean;
}

/** Reports problems for which Lambda would refuse the handler, as far as the source shows them. */
export async function checkHandler(source: HandlerSource): Promise<readonly Diagnostic[]> {
  const text = await readFile(source.entry, "utf8");
  const file = new SourceFile(relative(source.root, source.entry).replaceAll("\\", "/"), text);
  const missing = source.isModule
    ? await missingExport(source, file)
    : missingCommonExport(source, file);
  const other = missing === null ? notAFunction(source, file) : null;
  const callback = callbackHandler(source, file);
  return [missing, other, callback].filter((diagnostic) => diagnostic !== null);
}

async function missingExport(
  { entry, exportPath }: HandlerSource,
  file: SourceFile,
): Promise<Diagnostic | null> {
  const [name = ""] = exportPath.split(".");
  const written = name.replaceAll("$", "\\$");
  const isPlain =
    new RegExp(
      `\\bexport\\s+(?:async\\s+)?(?:const|let|var|function\\s*\\*?|class)\\s*${written}\\b`,
    ).test(file.text) || /\bexport\s*\*\s*from\b/.test(file.text);
  if (isPlain) return null;
  const exports = await exportsOf(entry, file.text);
  if (exports === null || exports.includes(name)) return null;
  const found = /\bexport\s+default\b/.exec(file.text);
  const isDefault = found !== null;
  const others = exports.filter((other) => other !== "default");
  return {
    severity: "error",
    code: "handler-not-exported",
    text: `"${name}" is not exported: Lambda calls the export of this name`,
    location:
      found === null ? locationAt(file, 0, 0) : locationAt(file, found.index, found[0].length),
    notes: [
      {
        text: isDefault
          ? `Lambda ignores the default export: write "export const ${name} = …"`
          : others.length === 0
            ? `the file exports nothing: write "export const ${name} = …"`
            : `it exports ${others.join(", ")}`,
        location: null,
      },
    ],
  };
}

/** A CommonJS module says what it exports while it runs: only one that never names it is refused. */
function missingCommonExport({ exportPath }: HandlerSource, file: SourceFile): Diagnostic | null {
  const [name = ""] = exportPath.split(".");
  const { text } = file;
  if (isNamed(text, name) && /\b(?:exports|module|this|eval|globalThis)\b|\bexport\b/.test(text))
    return null;
  const whole =
    /\bmodule\.exports\s*=\s*(?:async\b|function\b|class\b|\([^()]*\)\s*=>|[\w$]+\s*=>)/.exec(text);
  // What another module or a computed name brings is seen only where it runs.
  const isOpen = /\b(?:require|import|eval|Object|Reflect)\b|\bexports\s*\[|\.\.\./.test(text);
  const isOnlyWhole = whole !== null && text.match(/\bexports\b/g)?.length === 1;
  if (isOpen && !isOnlyWhole && /\b(?:exports|module|this|eval)\b|\bexport\b/.test(text))
    return null;
  return {
    severity: "error",
    code: "handler-not-exported",
    text: `"${name}" is not exported: Lambda looks for the export of this name`,
    location:
      whole === null
        ? locationAt(file, 0, 0)
        : locationAt(file, whole.index, "module.exports".length),
    notes: [{ text: `write "exports.${name} = …"`, location: null }],
  };
}

function isNamed(text: string, name: string): boolean {
  return new RegExp(`\\b${name.replaceAll("$", "\\$")}\\b`).test(text);
}

/** A handler that is written as a value, or as a class, which cannot be called. */
function notAFunction({ exportPath }: HandlerSource, file: SourceFile): Diagnostic | null {
  if (exportPath.includes(".")) return null;
  const name = exportPath.replaceAll("$", "\\$");
  const assignments = [
    ...file.text.matchAll(
      new RegExp(
        `(?:^|[;\\n])\\s*(?:export\\s+(?:const|let|var)\\s+${name}\\s*(?::[^=;]+)?=|(?:module\\.)?exports\\.${name}\\s*=)(?!=)\\s*`,
        "g",
      ),
    ),
    ...file.text.matchAll(new RegExp(`\\bexport\\s+(?=class\\s+${name}\\b)`, "g")),
  ];
  const [only] = assignments;
  if (only === undefined || assignments.length > 1) return null;
  const start = only.index + only[0].length;
  const value = /^(?:["'`{\d[]|class\b|(?:true|false|null)\b)/.exec(file.text.slice(start))?.[0];
  if (value === undefined) return null;
  return {
    severity: "error",
    code: "handler-not-function",
    text: `"${exportPath}" is not a function: Lambda calls it with each event`,
    location: locationAt(file, start, value.length),
    notes: [{ text: `write "async (event) => { … }"`, location: null }],
  };
}

/** Export names of an ES module; null if it cannot be parsed alone. */
async function exportsOf(entry: string, text: string): Promise<readonly string[] | null> {
  const loader = loaderOf(extname(entry));
  try {
    const { metafile } = await loadEsbuild().build({
      stdin: { contents: text, loader, sourcefile: entry },
      format: "esm",
      bundle: false,
      write: false,
      metafile: true,
      logLevel: "silent",
    });
    return Object.values(metafile.outputs).flatMap((output) => output.exports);
  } catch {
    // The bundler reports its syntax errors.
    return null;
  }
}

function loaderOf(extension: string): "ts" | "tsx" | "jsx" | "js" {
  switch (extension) {
    case ".ts":
    case ".mts":
    case ".cts":
      return "ts";
    case ".tsx":
      return "tsx";
    case ".jsx":
      return "jsx";
    default:
      return "js";
  }
}

/** From Node.js 24 on, Lambda refuses a handler with a third parameter, the callback. */
function callbackHandler(
  { exportPath, runtime }: HandlerSource,
  file: SourceFile,
): Diagnostic | null {
  const major = Number(/^nodejs(\d+)\./.exec(runtime)?.[1] ?? 0);
  if (major < 24 || exportPath.includes(".")) return null;
  const name = exportPath.replaceAll("$", "\\$");
  const starts = new RegExp(
    `(?:\\bexport\\s+(?:async\\s+)?function\\s+${name}|\\bexport\\s+(?:const|let|var)\\s+${name}\\s*(?::[^=]+)?=\\s*(?:async\\s+)?(?:function\\b[^(]*)?|\\bexports\\.${name}\\s*=\\s*(?:async\\s+)?(?:function\\b[^(]*)?)\\s*\\(`,
  ).exec(file.text);
  if (starts === null) return null;
  const open = starts.index + starts[0].length;
  const parameters = parametersFrom(file.text, open);
  if (parameters === null || parameters.count < 3) return null;
  // Parentheses without a following body are not parameters.
  const after = file.text.slice(parameters.end + 1);
  if (!/^\s*(?::[^={]+)?(?:=>|\{)/.test(after)) return null;
  return {
    severity: "error",
    code: "handler-callback",
    text: `${runtime} does not support callbacks: Lambda refuses a handler with three parameters`,
    location: locationAt(file, open, parameters.end - open),
    notes: [
      {
        text: 'return the result from an async function, or set "runtime nodejs22.x" under @aws',
        location: null,
      },
    ],
  };
}

/** Parameters of the list that opens before `start`; null if it is not closed. */
function parametersFrom(text: string, start: number): { count: number; end: number } | null {
  let depth = 0;
  let count = 0;
  let isEmpty = true;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === ")" && depth === 0) return { count: count + (isEmpty ? 0 : 1), end: at };
    if ("([{<".includes(character)) depth += 1;
    else if (")]}".includes(character) || (character === ">" && text[at - 1] !== "=")) depth -= 1;
    else if (character === "," && depth === 0) {
      count += 1;
      isEmpty = true;
      continue;
    }
    if (!/\s/.test(character)) isEmpty = false;
  }
  return null;
}

function locationAt(file: SourceFile, start: number, length: number): Location {
  return file.locate({ start, end: start + length });
}
