import { bareScalar } from "./arc-lexer.ts";
import type { BodyNode, CommentNode, Document, LineNode, PragmaNode, Scalar } from "./ast.ts";

/** Prints a document in the standard format: two spaces per level, one blank line between pragmas, comments kept. */
export function printArc(document: Document): string {
  const sections: string[] = [];
  if (document.header.length > 0) sections.push(printComments(document.header));
  for (const pragma of document.pragmas) sections.push(printPragma(pragma));
  return sections.length === 0 ? "" : `${sections.join("\n\n")}\n`;
}

function printPragma(pragma: PragmaNode): string {
  const lines = pragma.leading.map((comment) => comment.text);
  lines.push(`@${pragma.name}${pragma.comment === null ? "" : ` ${pragma.comment}`}`);
  printBody(pragma.body, 0, lines);
  return lines.join("\n");
}

function printBody(body: readonly BodyNode[], depth: number, lines: string[]): void {
  for (const [index, node] of body.entries()) {
    if (node.hasBlankBefore && !(depth === 0 && index === 0)) lines.push("");
    if (node.kind === "comment") {
      lines.push(`${"  ".repeat(depth)}${node.text}`);
    } else {
      lines.push(`${"  ".repeat(depth)}${printLine(node)}`);
      printBody(node.children, depth + 1, lines);
    }
  }
}

function printLine(line: LineNode): string {
  const values = line.values.map((value, index) => printScalar(value, index === 0)).join(" ");
  return line.comment === null ? values : `${values} ${line.comment}`;
}

function printComments(comments: readonly CommentNode[]): string {
  const lines: string[] = [];
  for (const [index, comment] of comments.entries()) {
    if (comment.hasBlankBefore && index > 0) lines.push("");
    lines.push(comment.text);
  }
  return lines.join("\n");
}

const quotes = ['"', "'", "`"];

/** Keeps quotes, and adds them where an unquoted word would be read differently. */
function printScalar(scalar: Scalar, isFirst: boolean): string {
  const { text, isQuoted } = scalar;
  if (!isQuoted && isBareWord(text, isFirst)) return text;
  const quote = quotes.find((candidate) => !text.includes(candidate)) ?? '"';
  return `${quote}${text}${quote}`;
}

function isBareWord(text: string, isFirst: boolean): boolean {
  if (text === "" || /[\s]/.test(text) || text.startsWith("#")) return false;
  if (quotes.includes(text[0] ?? "")) return false;
  if (isFirst && text.startsWith("@")) return false;
  return bareScalar(text, { start: 0, end: 0 }).text === text;
}
