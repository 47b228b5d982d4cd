import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Document as YamlDocument,
} from "yaml";
import { DiagnosticLog } from "../diagnostic-log.ts";
import { SourceFile, type Span } from "../source-file.ts";
import type { ParseResult } from "./arc-parser.ts";
import { documentOf, type ValueTree } from "./value-tree.ts";

/** Parses a manifest in YAML. */
export function parseYaml(text: string, options: { readonly file: string }): ParseResult {
  const source = new SourceFile(options.file, text);
  const log = new DiagnosticLog(source);
  const yaml = parseDocument(text, { uniqueKeys: false });
  for (const { message, pos } of yaml.errors) {
    log.error({
      code: "syntax-error",
      text: `not valid YAML: ${message.split(" at line ")[0] ?? message}`,
      span: { start: pos[0], end: pos[1] },
    });
  }
  const tree = treeOf(yaml.contents, yaml);
  return { document: documentOf(source, tree), diagnostics: log.diagnostics };
}

function treeOf(node: unknown, yaml: YamlDocument): ValueTree {
  if (isAlias(node)) return treeOf(node.resolve(yaml), yaml);
  if (isMap(node)) {
    const entries = node.items.map((pair) => ({
      key: isScalar(pair.key) ? String(pair.key.value) : String(pair.key),
      keySpan: spanOf(pair.key),
      value: treeOf(pair.value, yaml),
    }));
    return { kind: "map", entries, span: spanOf(node) };
  }
  if (isSeq(node)) {
    return {
      kind: "list",
      items: node.items.map((item) => treeOf(item, yaml)),
      span: spanOf(node),
    };
  }
  const value = isScalar(node) ? node.value : null;
  const isPlain =
    typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return { kind: "scalar", value: isPlain ? value : null, span: spanOf(node) };
}

function spanOf(node: unknown): Span {
  const hasRange = typeof node === "object" && node !== null && "range" in node;
  const range = hasRange ? (node.range as readonly number[] | null | undefined) : null;
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}
