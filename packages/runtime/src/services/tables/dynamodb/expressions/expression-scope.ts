import { DynamoError, validationError } from "../dynamo-error.ts";
import { attributeOf, type AttributeValue, type Item } from "../values/attribute-value.ts";
import { checkedValue } from "../values/checked-value.ts";
import type { DocumentPath } from "./document-path.ts";
import { isReservedWord } from "./reserved-words.ts";
import type { Operand, PathOperand } from "./syntax-tree.ts";
import { ExpressionError } from "./tokens.ts";

/** What expressions may hold: names and placeholders of the request, and which of them were used. */
export class ExpressionScope {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Item;
  readonly #unusedNames: Set<string>;
  readonly #unusedValues: Set<string>;

  /** @throws DynamoError for keys and values that no expression can use */
  constructor(names: Readonly<Record<string, string>> | undefined, values: Item | undefined) {
    checkKeys("ExpressionAttributeNames", names, /^#[0-9a-zA-Z_]+$/);
    checkKeys("ExpressionAttributeValues", values, /^:[0-9a-zA-Z_]+$/);
    this.#names = names ?? {};
    this.#values = values === undefined ? {} : checkedPlaceholders(values);
    this.#unusedNames = new Set(Object.keys(this.#names));
    this.#unusedValues = new Set(Object.keys(this.#values));
  }

  /** @throws ExpressionError */
  path({ parts }: PathOperand): DocumentPath {
    return parts.map((part) => {
      if (typeof part === "number") return part;
      if (!part.isAlias) return part.name;
      const name = Object.hasOwn(this.#names, part.name) ? this.#names[part.name] : undefined;
      if (name === undefined)
        throw new ExpressionError(
          `An expression attribute name used in the document path is not defined; attribute name: ${part.name}`,
        );
      this.#unusedNames.delete(part.name);
      return name;
    });
  }

  /** @throws ExpressionError */
  value(placeholder: string): AttributeValue {
    const value = attributeOf(this.#values, placeholder);
    if (value === undefined)
      throw new ExpressionError(
        `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
      );
    this.#unusedValues.delete(placeholder);
    return value;
  }

  /** @throws DynamoError when a name or a placeholder is in no expression */
  checkAllUsed(): void {
    checkUnused("ExpressionAttributeNames", this.#unusedNames);
    checkUnused("ExpressionAttributeValues", this.#unusedValues);
  }
}

/**
 * Words of SQL stand only behind aliases.
 * @throws ExpressionError
 */
export function checkReserved(operands: Iterable<Operand>): void {
  for (const operand of operands) {
    if (operand.kind !== "path") continue;
    for (const part of operand.parts)
      if (typeof part !== "number" && !part.isAlias && isReservedWord(part.name))
        throw new ExpressionError(
          `Attribute name is a reserved keyword; reserved keyword: ${part.name}`,
        );
  }
}

function checkKeys(parameter: string, map: object | undefined, pattern: RegExp): void {
  if (map === undefined) return;
  const keys = Object.keys(map);
  if (keys.length === 0) throw validationError(`${parameter} must not be empty`);
  const wrong = keys.find((key) => !pattern.test(key));
  if (wrong !== undefined)
    throw validationError(`${parameter} contains invalid key: Syntax error; key: "${wrong}"`);
}

function checkedPlaceholders(values: Item): Item {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      try {
        return [key, checkedValue(value)];
      } catch (error) {
        if (!(error instanceof DynamoError)) throw error;
        throw validationError(
          `ExpressionAttributeValues contains invalid value: ${error.message} for key ${key}`,
        );
      }
    }),
  );
}

function checkUnused(parameter: string, unused: ReadonlySet<string>): void {
  if (unused.size > 0)
    throw validationError(
      `Value provided in ${parameter} unused in expressions: keys: {${[...unused].join(", ")}}`,
    );
}
