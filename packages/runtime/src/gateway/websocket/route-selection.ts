/**
 * Evaluates a route selection expression against a message.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
 */
export interface RouteSelection {
  /** The expression's value; empty when the body gives none. */
  evaluate(body: string): string;
}

type Part = { readonly literal: string } | { readonly path: readonly string[] };

const bodyReference = /^\$request\.body((?:\.[^.{}\s]+)+)$/;

/** Compiles `$request.body.action`, `${request.body.a}/${request.body.b}` or a literal. */
export function compileRouteSelection(expression: string): RouteSelection {
  const parts = parse(expression);
  if (parts.every((part) => "literal" in part)) {
    const text = parts.map((part) => ("literal" in part ? part.literal : "")).join("");
    return { evaluate: () => text };
  }
  return {
    evaluate(body) {
      const root = parseObject(body);
      if (root === null) return "";
      let text = "";
      for (const part of parts)
        text += "literal" in part ? part.literal : stringify(read(root, part.path));
      return text;
    },
  };
}

function parse(expression: string): Part[] {
  const whole = bodyReference.exec(expression);
  if (whole !== null) return [{ path: pathOf(whole[1] ?? "") }];
  const parts: Part[] = [];
  let rest = expression;
  while (rest !== "") {
    const match = /\$\{(?:request\.body)((?:\.[^.{}\s]+)+)\}/.exec(rest);
    const literal = match === null ? rest : rest.slice(0, match.index);
    // `\$default` means the literal `$default`.
    if (literal !== "") parts.push({ literal: literal.replaceAll("\\$", "$") });
    if (match === null) break;
    parts.push({ path: pathOf(match[1] ?? "") });
    rest = rest.slice(match.index + match[0].length);
  }
  return parts;
}

/** `.a.b[0]` → `a`, `b`, `0` */
function pathOf(text: string): string[] {
  return text
    .slice(1)
    .replaceAll(/\[(\d+)\]/g, ".$1")
    .split(".");
}

function parseObject(body: string): object | null {
  // Spares the parser's exception for the many messages that are plain text.
  const first = body.trimStart()[0];
  if (first !== "{") return null;
  try {
    return JSON.parse(body) as object;
  } catch {
    return null;
  }
}

function read(root: object, path: readonly string[]): unknown {
  let value: unknown = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Arrays become bracketed lists of unquoted members, missing values nothing. */
function stringify(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return `[${value.map(stringify).join(", ")}]`;
  if (typeof value === "object") return JSON.stringify(value);
  return `${value as string | number | boolean}`;
}
