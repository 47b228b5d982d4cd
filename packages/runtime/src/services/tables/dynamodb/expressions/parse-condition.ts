import { deepestNesting, parseOperand } from "./parse-operand.ts";
import type { Comparator, Condition, ConditionTree, Operand } from "./syntax-tree.ts";
import { ExpressionError, TokenReader, type Token } from "./tokens.ts";

const comparators: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);

/**
 * Conditions, filters and key conditions have one grammar: OR, AND, NOT, from loose to tight.
 * @throws ExpressionError
 */
export function parseCondition(text: string): ConditionTree {
  const parser = new ConditionParser(text);
  return parser.parse();
}

interface Parsed {
  readonly condition: Condition;
  /** It is in parentheses, which need no second ones. */
  readonly isEnclosed: boolean;
}

class ConditionParser {
  readonly #reader: TokenReader;
  #depth = 0;
  #hasRedundantParentheses = false;

  constructor(text: string) {
    this.#reader = new TokenReader(text);
  }

  parse(): ConditionTree {
    const { condition } = this.#or();
    this.#reader.expectEnd();
    return { condition, hasRedundantParentheses: this.#hasRedundantParentheses };
  }

  #or(): Parsed {
    let parsed = this.#and();
    while (this.#reader.takesKeyword("OR")) {
      const right = this.#and().condition;
      parsed = {
        condition: { kind: "or", left: parsed.condition, right },
        isEnclosed: false,
      };
    }
    return parsed;
  }

  #and(): Parsed {
    let parsed = this.#not();
    while (this.#reader.takesKeyword("AND")) {
      const right = this.#not().condition;
      parsed = {
        condition: { kind: "and", left: parsed.condition, right },
        isEnclosed: false,
      };
    }
    return parsed;
  }

  #not(): Parsed {
    if (!this.#reader.takesKeyword("NOT")) return this.#single();
    this.#enter();
    const { condition } = this.#not();
    this.#depth -= 1;
    return { condition: { kind: "not", condition }, isEnclosed: false };
  }

  #single(): Parsed {
    const { next } = this.#reader;
    if (next.kind === "symbol" && next.text === "(" && !this.#isOperandInParentheses()) {
      this.#enter();
      this.#reader.expectSymbol("(");
      const { condition, isEnclosed } = this.#or();
      this.#reader.expectSymbol(")");
      this.#depth -= 1;
      if (isEnclosed) this.#hasRedundantParentheses = true;
      return { condition, isEnclosed: true };
    }
    return { condition: this.#comparison(), isEnclosed: false };
  }

  /** Whether what follows the closing parenthesis makes an operand of what is inside. */
  #isOperandInParentheses(): boolean {
    return isOperator(this.#reader.behindParentheses());
  }

  #comparison(): Condition {
    const operand = this.#operand();
    const { next } = this.#reader;
    if (next.kind === "symbol" && comparators.has(next.text)) {
      this.#reader.take();
      // It is one of the comparators.
      const comparator = next.text as Comparator;
      return { kind: "compare", comparator, left: operand, right: this.#operand() };
    }
    if (this.#reader.takesKeyword("BETWEEN")) {
      const low = this.#operand();
      if (!this.#reader.takesKeyword("AND")) throw this.#reader.syntaxError();
      return { kind: "between", operand, low, high: this.#operand() };
    }
    if (this.#reader.takesKeyword("IN")) {
      this.#reader.expectSymbol("(");
      const list: Operand[] = [];
      do list.push(this.#operand());
      while (this.#reader.takesSymbol(","));
      this.#reader.expectSymbol(")");
      return { kind: "in", operand, list };
    }
    if (operand.kind !== "call") throw this.#reader.syntaxError();
    return operand;
  }

  #operand(): Operand {
    if (!this.#reader.takesSymbol("(")) return parseOperand(this.#reader);
    this.#enter();
    const { next } = this.#reader;
    if (next.kind === "symbol" && next.text === "(") this.#hasRedundantParentheses = true;
    const operand = this.#operand();
    this.#reader.expectSymbol(")");
    this.#depth -= 1;
    return operand;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > deepestNesting)
      throw new ExpressionError("The expression is nested too deeply;");
  }
}

function isOperator({ kind, text }: Token): boolean {
  if (kind === "symbol") return comparators.has(text);
  return kind === "word" && /^(?:between|in)$/i.test(text);
}
