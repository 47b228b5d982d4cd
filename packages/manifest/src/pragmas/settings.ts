import type { DiagnosticCode } from "../diagnostic-codes.ts";
import { didYouMean } from "../did-you-mean.ts";
import { headOf, linesOf, type LineNode } from "../syntax/ast.ts";
import type { PragmaContext } from "./pragma-context.ts";
import type { IntegerRange } from "../rules/pragma-catalog.ts";
import type { Setting } from "./setting.ts";

export type { Setting };

export function settingOf(line: LineNode): Setting {
  const [, ...inline] = line.values;
  const below = linesOf(line.children).flatMap((child) => child.values);
  return { key: headOf(line), values: [...inline, ...below] };
}

/** First value as text; null if there is none. */
export function textOf(setting: Setting): string | null {
  return setting.values[0]?.text ?? null;
}

/** Reads true or false; a key without a value means true. null for any other value. */
export function flagOf(setting: Setting): boolean | null {
  const [value] = setting.values;
  if (value === undefined) return true;
  return typeof value.value === "boolean" ? value.value : null;
}

/** Like `flagOf`, and reports an error for any other value. */
export function readFlag(
  context: PragmaContext,
  setting: Setting,
  code: DiagnosticCode,
): boolean | null {
  const flag = flagOf(setting);
  if (flag === null) context.wrongSetting(setting, "must be true or false", code);
  return flag;
}

/** Reads a whole number within the bounds; null for any other value. */
export function integerOf(setting: Setting, minimum: number, maximum: number): number | null {
  const value = setting.values[0]?.value;
  const isFine = typeof value === "number" && Number.isInteger(value);
  return isFine && value >= minimum && value <= maximum ? value : null;
}

/** Like `integerOf`, and reports an error for any other value. */
export function readInteger(
  context: PragmaContext,
  setting: Setting,
  { minimum, maximum, unit }: IntegerRange,
  code: DiagnosticCode,
): number | null {
  const value = integerOf(setting, minimum, maximum);
  const range = `must be a whole number from ${minimum} to ${maximum}${unit}`;
  if (value === null) context.wrongSetting(setting, range, code);
  return value;
}

/** Reads a folder of the project; returns null and reports an error when it is missing. */
export function readFolder(context: PragmaContext, setting: Setting): string | null {
  const folder = cleanPath(textOf(setting) ?? "");
  if (folder !== "") return folder;
  context.wrongSetting(setting, "must be a folder, such as src/ws/chat", "src-invalid");
  return null;
}

/** Warns about a setting that does not exist, and suggests the closest one that does. */
export function remarkUnknown(
  context: PragmaContext,
  setting: Setting,
  where: string,
  known: Iterable<string>,
  code: DiagnosticCode = "setting-unknown",
): void {
  const suggestion = didYouMean(setting.key.text, known);
  const hint = suggestion === null ? "" : `: did you mean "${suggestion}"?`;
  context.log.warning({
    code,
    text: `${where} has no setting "${setting.key.text}", which is ignored${hint}`,
    span: setting.key.span,
    suggestion,
  });
}

/** Reads the settings below a function's name, and returns its `src`. `read` has the pragma's other settings. */
export function readEntry(
  line: LineNode,
  context: PragmaContext,
  where: string,
  read: Readonly<Record<string, (setting: Setting) => void>>,
): string | null {
  let src: string | null = null;
  for (const child of linesOf(line.children)) {
    const setting = settingOf(child);
    const { text } = setting.key;
    if (text === "src") src = readFolder(context, setting);
    else if (Object.hasOwn(read, text)) read[text]?.(setting);
    else remarkUnknown(context, setting, where, ["src", ...Object.keys(read)]);
  }
  return src;
}

/** Whether a URL path has a `.` or `..` part, which clients resolve before they send the request. */
export function hasDotPart(path: string): boolean {
  return path.split("/").some((part) => part === "." || part === "..");
}

/** Normalizes a project path: forward slashes, no leading `./`, no trailing slash. */
export function cleanPath(path: string): string {
  return path
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "")
    .replace(/\/+$/, "");
}
