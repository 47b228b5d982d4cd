import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import { DiagnosticLog } from "../diagnostic-log.ts";
import { SourceFile } from "../source-file.ts";
import type { ParseResult } from "./arc-parser.ts";
import { documentOf, type ValueTree } from "./value-tree.ts";

/**
 * Parses a JSON manifest; comments and trailing commas are allowed.
 * `keys`: keys of the file under which the manifest may be, such as `arc` or `architect` in `package.json`. The result is null if none is present.
 */
export function parseJson(
  written: string,
  options: { readonly file: string; readonly keys?: readonly string[] },
): ParseResult | null {
  const text = written.replace(/^\uFEFF/, "");
  const source = new SourceFile(options.file, text);
  const log = new DiagnosticLog(source);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  for (const { error, offset, length } of errors) {
    log.error({
      code: "syntax-error",
      text: `not valid JSON: ${printParseErrorCode(error)
        .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
        .toLowerCase()}`,
      span: { start: offset, end: offset + length },
    });
  }
  const keys = options.keys ?? null;
  const tree = root === undefined ? empty : treeOf(root);
  if (keys === null) return { document: documentOf(source, tree), diagnostics: log.diagnostics };
  const found =
    tree.kind === "map" ? tree.entries.find(({ key }) => keys.includes(key)) : undefined;
  if (found === undefined) return null;
  return { document: documentOf(source, found.value), diagnostics: log.diagnostics };
}

const empty: ValueTree = { kind: "map", entries: [], span: { start: 0, end: 0 } };

function treeOf(node: Node): ValueTree {
  const span = { start: node.offset, end: node.offset + node.length };
  if (node.type === "array")
    return { kind: "list", items: (node.children ?? []).map(treeOf), span };
  if (node.type !== "object") {
    return { kind: "scalar", value: node.value as string | number | boolean | null, span };
  }
  const entries = (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) return [];
    const keySpan = { start: key.offset, end: key.offset + key.length };
    return [{ key: String(key.value), keySpan, value: treeOf(value) }];
  });
  return { kind: "map", entries, span };
}
