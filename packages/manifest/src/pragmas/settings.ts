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

/** First value as text; null without one. */
export function textOf(setting: Setting): string | null {
  return setting.values[0]?.text ?? null;
}

/** A key without a value is a switch that is on. */
export function flagOf(setting: Setting): boolean | null {
  const [value] = setting.values;
  if (value === undefined) return true;
  return typeof value.value === "boolean" ? value.value : null;
}

/** A switch; null, and an error at its place, when the value is not true or false. */
export function readFlag(
  context: PragmaContext,
  setting: Setting,
  code: DiagnosticCode,
): boolean | null {
  const flag = flagOf(setting);
  if (flag === null) context.wrongSetting(setting, "must be true or false", code);
  return flag;
}

/** A whole number within bounds; null otherwise. */
export function integerOf(setting: Setting, minimum: number, maximum: number): number | null {
  const value = setting.values[0]?.value;
  const isFine = typeof value === "number" && Number.isInteger(value);
  return isFine && value >= minimum && value <= maximum ? value : null;
}

/** A whole number within bounds; null, and an error at its place, when it is something else. */
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

/** A function entry with settings below its name: `src` and whatever the pragma knows. */
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
    if (text === "src") src = cleanPath(textOf(setting) ?? "");
    else if (Object.hasOwn(read, text)) read[text]?.(setting);
    else remarkUnknown(context, setting, where, ["src", ...Object.keys(read)]);
  }
  return src;
}

/** Whether a URL's path has a part that clients resolve before they ask for it. */
export function hasDotPart(path: string): boolean {
  return path.split("/").some((part) => part === "." || part === "..");
}

/** A path of the project without `./` and a trailing slash. */
export function cleanPath(path: string): string {
  return path
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "")
    .replace(/\/+$/, "");
}
