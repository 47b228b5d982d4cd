import type { PragmaEntry, SettingEntry } from "@arclet/manifest";

/** The pragma and line around a position in a document. */
export interface LineContext {
  /** Name of the pragma above, without `@`; null before the first. */
  readonly pragma: string | null;
  /** Spaces before the line's text. */
  readonly indent: number;
  /** The line's text before the place, without its indentation. */
  readonly before: string;
}

export function lineContext(text: string, line: number, character: number): LineContext {
  const lines = text.split(/\r?\n/);
  const current = (lines[line] ?? "").slice(0, character);
  const indent = /^ */.exec(current)?.[0].length ?? 0;
  const above = lines.slice(0, line).findLast((one) => one.startsWith("@"));
  return {
    pragma: above === undefined ? null : (/^@([\w-]*)/.exec(above)?.[1] ?? null),
    indent,
    before: current.slice(indent),
  };
}

/** Settings allowed on a line of this pragma, by indentation. */
export function settingsAt(
  entry: PragmaEntry | undefined,
  indent: number,
): Readonly<Record<string, SettingEntry>> {
  return (indent === 0 ? entry?.settings : entry?.entrySettings) ?? {};
}
