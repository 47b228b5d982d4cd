import { CompletionItemKind, type CompletionItem, type Position } from "vscode-languageserver";
import { catalogOf, documentKind } from "./document-kind.ts";
import { lineContext, settingsAt } from "./line-context.ts";
import { settingText, valuesFor } from "./setting-text.ts";

const routeMethods = ["get", "post", "put", "patch", "delete", "head", "options", "any"];

/** Completions at a position: pragmas, settings, or a setting's values. */
export function complete(path: string, text: string, position: Position): CompletionItem[] {
  const catalog = catalogOf(documentKind(path));
  const { pragma, indent, before } = lineContext(text, position.line, position.character);
  if (before.includes("#")) return [];
  if (indent === 0 && before.startsWith("@")) {
    const range = { start: { line: position.line, character: 0 }, end: position };
    return Object.entries(catalog).map(([name, entry]) => ({
      label: `@${name}`,
      kind: CompletionItemKind.Keyword,
      documentation: { kind: "markdown", value: entry.text },
      textEdit: { range, newText: `@${name}` },
    }));
  }
  if (pragma === null) return [];
  const settings = settingsAt(catalog[pragma], indent);
  const [, name] = /^([\w-]+)\s+\S*$/.exec(before) ?? [];
  if (name !== undefined) {
    const setting = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (setting === undefined) return [];
    return valuesFor(name, setting).map((label) => ({ label, kind: CompletionItemKind.Value }));
  }
  if (!/^[\w-]*$/.test(before)) return [];
  const methods = pragma === "http" && indent === 0 ? routeMethods : [];
  return [
    ...methods.map((label) => ({ label, kind: CompletionItemKind.Method })),
    ...Object.entries(settings).map(([label, setting]): CompletionItem => ({
      label,
      kind: CompletionItemKind.Property,
      documentation: { kind: "markdown", value: settingText(setting) },
    })),
  ];
}
