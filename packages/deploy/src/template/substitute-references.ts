import type { TemplateResource, TemplateValue } from "./template.ts";

/**
 * What a reference becomes: text as `Fn::Sub` takes it, such as `${TableCats.Arn}` or a plain name; null
 * leaves it as it is.
 * @param attribute Of `Fn::GetAtt`; null for `Ref`.
 */
export type Substitution = (id: string, attribute: string | null) => string | null;

/** A value in which references to resources, parameters and pseudo parameters are replaced by text. */
export function substituteReferences(
  value: TemplateValue,
  substitution: Substitution,
): TemplateValue {
  if (typeof value !== "object") return value;
  if (isList(value)) return value.map((item) => substituteReferences(item, substitution));
  const reference = referenceOf(value);
  if (reference !== null) {
    const text = substitution(...reference);
    return text === null ? value : valueOfText(text);
  }
  const text = value["Fn::Sub"];
  if (typeof text === "string") {
    const next = substitutedText(text, substitution, {});
    return next.includes("${") ? { "Fn::Sub": next } : next;
  }
  if (typeof text === "object" && isList(text)) {
    const [first, variables = {}] = text;
    const own = typeof variables === "object" && !isList(variables) ? variables : {};
    return {
      "Fn::Sub": [
        typeof first === "string" ? substitutedText(first, substitution, own) : "",
        substituteReferences(variables, substitution),
      ],
    };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, substituteReferences(inner, substitution)]),
  );
}

/** A resource whose properties have other references, and that depends on others. */
export function withReferences(
  resource: TemplateResource,
  substitution: Substitution,
  dependencies: readonly string[],
): TemplateResource {
  const { DependsOn: _others, Properties: properties, ...rest } = resource;
  return {
    ...rest,
    ...(dependencies.length === 0 ? {} : { DependsOn: dependencies }),
    ...(properties === undefined
      ? {}
      : {
          Properties: substituteReferences(properties, substitution) as NonNullable<
            TemplateResource["Properties"]
          >,
        }),
  };
}

/** Logical ids that a resource names in `DependsOn`, which takes one id where a list may be. */
export function dependenciesIn({ DependsOn: others = [] }: TemplateResource): readonly string[] {
  return [others].flat();
}

/** The value of a text of `Fn::Sub`: a reference alone is `Ref` or `Fn::GetAtt`. */
export function valueOfText(text: string): TemplateValue {
  const alone = /^\$\{([A-Za-z0-9:]+)(?:\.([\w.]+))?\}$/.exec(text);
  if (alone?.[1] !== undefined)
    return alone[2] === undefined ? { Ref: alone[1] } : { "Fn::GetAtt": [alone[1], alone[2]] };
  return text.includes("${") ? { "Fn::Sub": text } : text;
}

/** The text of `Fn::Sub` for a value that is a text or a reference; null for any other value. */
export function textOfValue(value: TemplateValue): string | null {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || isList(value)) return null;
  const reference = referenceOf(value);
  if (reference !== null) {
    const [id, attribute] = reference;
    return attribute === null ? `\${${id}}` : `\${${id}.${attribute}}`;
  }
  const text = value["Fn::Sub"];
  return typeof text === "string" ? text : null;
}

function referenceOf(value: {
  readonly [key: string]: TemplateValue;
}): readonly [id: string, attribute: string | null] | null {
  const { Ref: id, "Fn::GetAtt": attribute } = value;
  if (typeof id === "string") return [id, null];
  if (typeof attribute === "string") {
    const [first = "", ...rest] = attribute.split(".");
    return [first, rest.join(".")];
  }
  if (typeof attribute !== "object" || !isList(attribute)) return null;
  const [first, ...rest] = attribute;
  return typeof first === "string" ? [first, rest.map(String).join(".")] : null;
}

/** @param own Variables of the `Fn::Sub` itself, which hide resources of their name. */
function substitutedText(
  text: string,
  substitution: Substitution,
  own: { readonly [name: string]: TemplateValue },
): string {
  return text.replaceAll(
    /\$\{([A-Za-z0-9:]+)(?:\.([\w.]+))?\}/g,
    (whole, id: string, attribute: string | undefined) =>
      Object.hasOwn(own, id) ? whole : (substitution(id, attribute ?? null) ?? whole),
  );
}

function isList(value: TemplateValue): value is readonly TemplateValue[] {
  return Array.isArray(value);
}
