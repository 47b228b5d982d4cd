import type { Hover, Position } from "vscode-languageserver";
import { catalogOf, documentKind } from "./document-kind.ts";
import { lineContext, settingsAt } from "./line-context.ts";
import { settingText } from "./setting-text.ts";

/** Documentation of the pragma or setting at a position. */
export function hover(path: string, text: string, { line, character }: Position): Hover | null {
  const source = text.split(/\r?\n/)[line] ?? "";
  const [word = ""] = /^\s*@?[\w-]+/.exec(source) ?? [];
  const start = word.length - word.trimStart().length;
  if (character < start || character > word.length) return null;
  const catalog = catalogOf(documentKind(path));
  const name = word.trim();
  const value = name.startsWith("@")
    ? pragmaText(catalog[name.slice(1)]?.text)
    : textOfSetting(lineContext(text, line, source.length), name);
  if (value === null) return null;
  return {
    contents: { kind: "markdown", value },
    range: { start: { line, character: start }, end: { line, character: word.length } },
  };

  function textOfSetting(
    { pragma, indent }: ReturnType<typeof lineContext>,
    setting: string,
  ): string | null {
    const settings = settingsAt(catalog[pragma ?? ""], indent);
    const entry = Object.hasOwn(settings, setting) ? settings[setting] : undefined;
    return entry === undefined ? null : `**${setting}**: ${settingText(entry)}`;
  }
  function pragmaText(entry: string | undefined): string | null {
    return entry === undefined ? null : `**${name}**: ${entry}`;
  }
}
