import { readFileSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { codeFrame, type SourcePosition } from "./code-frame.ts";
import { sourcePosition } from "./source-position.ts";
import { parseStackFrame, type StackFrame } from "./stack-trace.ts";
import type { Style } from "./style.ts";

export interface FunctionError {
  readonly functionId: string;
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

export interface FunctionErrorOptions {
  /** Absolute project folder; paths in it are shown relative to it. */
  readonly root: string;
  readonly style: Style;
  /** Also shows stack frames of packages and Node. */
  readonly isVerbose: boolean;
}

/** Describes a function's error: message, position in the user's source, and stack. */
export function describeFunctionError(
  error: FunctionError,
  options: FunctionErrorOptions,
): readonly string[] {
  const { style } = options;
  const [firstLine = "", ...moreLines] = error.errorMessage.split("\n");
  const lines = [
    `${style.red("✖")} ${style.bold(error.functionId)}  ${style.red(error.errorType)}${firstLine === "" ? "" : `: ${firstLine}`}`,
    ...moreLines.map((line) => `  ${line}`),
  ];
  const frames = traceFrames(error.trace);
  const own = frames.find(({ position }) => isOwnSource(position.file, options.root));
  if (own !== undefined) {
    const frame = codeFrame(readSource(own.position.file), own.position, style);
    if (frame.length > 0) lines.push("", ...frame.map((line) => `  ${line}`), "");
  }
  const shown = options.isVerbose
    ? frames
    : frames.filter(({ position }) => isOwnSource(position.file, options.root));
  for (const frame of shown) lines.push(style.dim(`    ${describeFrame(frame, options.root)}`));
  return lines;
}

function traceFrames(trace: readonly string[]): readonly StackFrame[] {
  const frames: StackFrame[] = [];
  for (const line of trace) {
    const frame = parseStackFrame(line);
    if (frame !== null) frames.push({ ...frame, position: sourcePosition(frame.position) });
  }
  return frames;
}

function describeFrame({ name, position }: StackFrame, root: string): string {
  const place = `${shownPath(position, root)}:${position.line}:${position.column}`;
  return name === null ? `at ${place}` : `at ${name} (${place})`;
}

function shownPath({ file }: SourcePosition, root: string): string {
  return isInside(file, root) ? relative(root, file) : file;
}

/** Whether a frame is the user's own code: in the project, not in a package or in a build without a source map. */
function isOwnSource(file: string, root: string): boolean {
  if (!isInside(file, root)) return false;
  const parts = relative(root, file).split(sep);
  return !parts.includes("node_modules") && !parts.includes(".arclet");
}

function isInside(file: string, root: string): boolean {
  const path = relative(root, file);
  return path !== "" && path.split(sep)[0] !== ".." && !isAbsolute(path);
}

/** Text of a source file. Empty if the file was deleted or renamed since the build. */
function readSource(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
