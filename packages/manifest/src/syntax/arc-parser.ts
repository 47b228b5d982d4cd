import { DiagnosticLog } from "../diagnostic-log.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { SourceFile } from "../source-file.ts";
import { lexLine, type LexedLine } from "./arc-lexer.ts";
import type { BodyNode, CommentNode, Document, LineNode, PragmaNode, Scalar } from "./ast.ts";

export interface ParseResult {
  /** Everything that could be parsed. */
  readonly document: Document;
  readonly diagnostics: readonly Diagnostic[];
}

/** Levels of lines below a pragma; no pragma uses more. */
const deepest = 3;
const pragmaPattern = /^@([A-Za-z][\w-]*)$/;

interface OpenLine {
  readonly indent: number;
  readonly node: { -readonly [Key in keyof LineNode]: LineNode[Key] } & { children: BodyNode[] };
}

/** Parses `.arc` text. Never throws, and continues after every error. */
export function parseArc(text: string, options: { readonly file: string }): ParseResult {
  const source = new SourceFile(options.file, text);
  const parser = new ArcParser(new DiagnosticLog(source));
  return parser.parse();
}

class ArcParser {
  readonly #log: DiagnosticLog;
  readonly #pragmas: PragmaNode[] = [];
  readonly #seen = new Map<string, PragmaNode>();
  #header: CommentNode[] = [];
  #body: BodyNode[] | null = null;
  #open: OpenLine[] = [];
  #comments: CommentNode[] = [];
  #hasBlank = false;
  #hasTabWarning = false;

  constructor(log: DiagnosticLog) {
    this.#log = log;
  }

  parse(): ParseResult {
    const { source } = this.#log;
    const { text } = source;
    let start = text.startsWith("\uFEFF") ? 1 : 0;
    while (start <= text.length) {
      const newline = text.indexOf("\n", start);
      const end = newline === -1 ? text.length : newline;
      this.#line(lexLine(text, start, end));
      if (newline === -1) break;
      start = end + 1;
    }
    this.#placeComments(this.#body ?? this.#header);
    const document = { source, header: this.#header, pragmas: this.#pragmas };
    return { document, diagnostics: this.#log.diagnostics };
  }

  #line(line: LexedLine): void {
    if (line.values.length === 0) {
      if (line.comment === null) this.#hasBlank = true;
      else
        this.#comments.push({
          kind: "comment",
          text: line.comment,
          hasBlankBefore: this.#takeBlank(),
        });
      return;
    }
    this.#checkText(line);
    const [first] = line.values;
    if (first !== undefined && !first.isQuoted && first.text.startsWith("@")) this.#pragma(line);
    else if (this.#body === null) this.#outside(line);
    else this.#value(line, this.#body);
  }

  #checkText(line: LexedLine): void {
    if (line.openQuote !== null) {
      this.#log.error({
        code: "syntax-quote-open",
        text: "this quote has no closing quote on its line: add one",
        span: line.openQuote,
      });
    }
    if (line.hasTab && !this.#hasTabWarning) {
      this.#hasTabWarning = true;
      this.#log.warning({
        code: "syntax-tab",
        text: 'this line is indented with tabs, which count as two spaces each: run "arclet fmt" to replace them',
        span: { start: line.span.start, end: line.span.end },
      });
    }
  }

  #pragma(line: LexedLine): void {
    const [first, ...rest] = line.values;
    if (first === undefined) return;
    const name = pragmaPattern.exec(first.text)?.[1];
    if (name === undefined) {
      this.#log.error({
        code: "pragma-name-invalid",
        text: `"${first.text}" is not a valid pragma name: after the @, use letters, digits, "-" and "_"`,
        span: first.span,
      });
    }
    if (line.indent > 0) {
      this.#log.error({
        code: "syntax-indentation",
        text: `${first.text} must begin its line: remove the spaces before it`,
        span: first.span,
      });
    }
    const [inline] = rest;
    if (inline !== undefined) {
      this.#log.error({
        code: "pragma-inline-value",
        text: `"${inline.text}" must be on a line of its own below ${first.text}`,
        span: { start: inline.span.start, end: line.span.end },
      });
    }
    this.#beginPragma(name ?? first.text.slice(1), line);
    if (inline !== undefined) this.#inlineValues(rest, inline, line);
  }

  /** Treats values on a pragma's line as its first line, so that one mistake causes one error. */
  #inlineValues(values: readonly Scalar[], { span }: Scalar, line: LexedLine): void {
    const node = {
      kind: "line" as const,
      values,
      comment: null,
      children: [] as BodyNode[],
      hasBlankBefore: false,
      span: { start: span.start, end: line.span.end },
    };
    this.#body?.push(node);
    this.#open = [{ indent: 0, node }];
  }

  #beginPragma(name: string, line: LexedLine): void {
    const leading = this.#takeLeading();
    const body: BodyNode[] = [];
    const [first] = line.values;
    const span = first?.span ?? line.span;
    const pragma: PragmaNode = { name, leading, comment: line.comment, body, span };
    const former = this.#seen.get(name);
    if (former === undefined) {
      this.#seen.set(name, pragma);
    } else {
      this.#log.error({
        code: "pragma-duplicate",
        text: `@${name} is declared twice: move its lines under the first one`,
        span,
        notes: [this.#log.note("first declared here", former.span)],
      });
    }
    this.#pragmas.push(pragma);
    this.#body = body;
    this.#open = [];
    this.#hasBlank = false;
  }

  /** Takes the comments directly above a pragma. Comments above a blank line stay with the previous one. */
  #takeLeading(): CommentNode[] {
    const comments = this.#comments;
    this.#comments = [];
    let begin = comments.length;
    while (!this.#hasBlank && begin > 0) {
      begin--;
      if (comments[begin]?.hasBlankBefore === true) break;
    }
    (this.#body ?? this.#header).push(...comments.slice(0, begin));
    this.#hasBlank = false;
    return comments.slice(begin).map((comment) => ({ ...comment, hasBlankBefore: false }));
  }

  #outside(line: LexedLine): void {
    this.#placeComments(this.#header);
    this.#hasBlank = false;
    this.#log.error({
      code: "syntax-value-outside",
      text: "this value comes before the first pragma: begin the file with a line such as @app",
      span: line.span,
    });
  }

  #value(line: LexedLine, body: BodyNode[]): void {
    const outer = this.#open[0];
    let popped: OpenLine | undefined;
    while (this.#open.length > 0 && (this.#open.at(-1)?.indent ?? 0) >= line.indent) {
      popped = this.#open.pop();
    }
    const isBetween = popped !== undefined && popped.indent !== line.indent;
    const isFirstLevel = this.#open.length === 0;
    if (isBetween && !(isFirstLevel && popped === outer)) {
      this.#log.error({
        code: "syntax-indentation",
        text: "this line's indentation matches no line above: indent by two spaces per level",
        span: line.span,
      });
    }
    if (this.#open.length >= deepest) {
      this.#log.error({
        code: "syntax-too-deep",
        text: `this value is nested too deeply: use at most ${deepest} levels below a pragma`,
        span: line.span,
      });
      this.#open.length = deepest - 1;
    }
    const siblings = this.#open.at(-1)?.node.children ?? body;
    this.#placeComments(siblings);
    const node = {
      kind: "line" as const,
      values: line.values,
      comment: line.comment,
      children: [] as BodyNode[],
      hasBlankBefore: this.#takeBlank(),
      span: line.span,
    };
    siblings.push(node);
    this.#open.push({ indent: line.indent, node });
  }

  #placeComments(into: BodyNode[]): void {
    into.push(...this.#comments);
    this.#comments = [];
  }

  #takeBlank(): boolean {
    const hadBlank = this.#hasBlank;
    this.#hasBlank = false;
    return hadBlank;
  }
}
