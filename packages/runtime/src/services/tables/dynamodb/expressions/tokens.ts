export interface Token {
  /** `unknown` is a character that no expression has. */
  readonly kind: "word" | "alias" | "placeholder" | "number" | "symbol" | "unknown" | "end";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A mistake in an expression, in AWS's words without `Invalid ConditionExpression: `. */
export class ExpressionError extends Error {}

const pattern =
  /\s*(?:(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<alias>#[A-Za-z0-9_]+)|(?<placeholder>:[A-Za-z0-9_]+)|(?<number>[0-9]+)|(?<symbol><>|<=|>=|[=<>()[\],.+-])|(?<unknown>\S))/uy;

/** Reads an expression token by token. */
export class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  get next(): Token {
    return this.at(this.#position);
  }

  /** A token ahead: 0 is the next one. */
  ahead(count: number): Token {
    return this.at(this.#position + count);
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== "end") this.#position += 1;
    return token;
  }

  /** Takes the next token when it is this symbol. */
  takesSymbol(text: string): boolean {
    const isIt = this.next.kind === "symbol" && this.next.text === text;
    if (isIt) this.#position += 1;
    return isIt;
  }

  isKeyword(word: string): boolean {
    return this.next.kind === "word" && this.next.text.toUpperCase() === word;
  }

  /** Takes the next token when it is this word, in any case. */
  takesKeyword(word: string): boolean {
    const isIt = this.isKeyword(word);
    if (isIt) this.#position += 1;
    return isIt;
  }

  expectSymbol(text: string): void {
    if (!this.takesSymbol(text)) throw this.syntaxError();
  }

  expectEnd(): void {
    if (this.next.kind !== "end") throw this.syntaxError();
  }

  /** The token behind the parenthesis that closes the one which comes next. */
  behindParentheses(): Token {
    let depth = 0;
    for (let index = this.#position; ; index += 1) {
      const token = this.at(index);
      if (token.kind === "end") return token;
      if (token.kind !== "symbol") continue;
      if (token.text === "(") depth += 1;
      if (token.text === ")") depth -= 1;
      if (depth === 0) return this.at(index + 1);
    }
  }

  /** `near` holds the token with its neighbours. */
  syntaxError(): ExpressionError {
    const token = this.next;
    const before = this.#tokens[this.#position - 1] ?? token;
    const after = this.at(this.#position + 1);
    const near = this.#text.slice(before.start, after.kind === "end" ? token.end : after.end);
    return syntaxErrorAt(token.kind === "end" ? "<EOF>" : token.text, near);
  }

  private at(index: number): Token {
    return (
      this.#tokens[index] ?? {
        kind: "end",
        text: "",
        start: this.#text.length,
        end: this.#text.length,
      }
    );
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match === null) break;
    const [kind = "symbol", value = ""] =
      Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? [];
    position = pattern.lastIndex;
    tokens.push({
      // Named after the kinds.
      kind: kind as Token["kind"],
      text: value,
      start: position - value.length,
      end: position,
    });
  }
  return tokens;
}

function syntaxErrorAt(token: string, near: string): ExpressionError {
  return new ExpressionError(`Syntax error; token: "${token}", near: "${near}"`);
}
