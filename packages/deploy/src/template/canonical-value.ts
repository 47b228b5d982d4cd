import type { TemplateValue } from "./template.ts";

/**
 * Converts equivalent values to one form: scalars become text, and `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join`
 * become text with `<Id>` and `<Id.Attribute>`. Keys are sorted, so that two values are equal if their JSON is.
 */
export function canonicalValue(value: TemplateValue): TemplateValue {
  if (typeof value !== "object") return String(value);
  if (isList(value)) return value.map(canonicalValue);
  return (
    intrinsicText(value) ??
    Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, canonicalValue(inner)]),
    )
  );
}

/** The canonical text of a value; null when it is not one. */
export function canonicalText(value: TemplateValue | undefined): string | null {
  const text = value === undefined ? null : canonicalValue(value);
  return typeof text === "string" ? text : null;
}

/** Logical ids that a value refers to. */
export function referredIds(value: TemplateValue): ReadonlySet<string> {
  const text = JSON.stringify(canonicalValue(value));
  return new Set([...text.matchAll(/<([A-Za-z0-9]+)(?:\.[\w.]+)?>/g)].map(([, id = ""]) => id));
}

/** The one logical id that a value is a reference to, and nothing else; null for any other value. */
export function referredId(value: TemplateValue | undefined): string | null {
  const text = canonicalText(value);
  return text === null ? null : (/^<([A-Za-z0-9]+)(?:\.[\w.]+)?>$/.exec(text)?.[1] ?? null);
}

function intrinsicText(value: { readonly [key: string]: TemplateValue }): string | null {
  const [[name, argument] = [], ...others] = Object.entries(value);
  if (argument === undefined || others.length > 0) return null;
  switch (name) {
    case "Ref":
      return `<${canonicalText(argument) ?? ""}>`;
    case "Fn::GetAtt":
      return isList(argument)
        ? `<${argument.map((part) => canonicalText(part) ?? "").join(".")}>`
        : `<${canonicalText(argument) ?? ""}>`;
    case "Fn::Sub":
      return isList(argument)
        ? substituted(argument[0], argument[1])
        : substituted(argument, undefined);
    case "Fn::Join": {
      if (!isList(argument)) return null;
      const [separator, parts] = argument;
      if (parts === undefined || !isList(parts)) return null;
      const texts = parts.map((part) => canonicalText(part));
      return texts.includes(null) ? null : texts.join(canonicalText(separator) ?? "");
    }
    default:
      return null;
  }
}

function substituted(
  text: TemplateValue | undefined,
  variables: TemplateValue | undefined,
): string | null {
  if (typeof text !== "string") return null;
  const given = typeof variables === "object" && !isList(variables) ? variables : {};
  return text.replaceAll(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
    const value = given[name];
    return value === undefined ? `<${name}>` : (canonicalText(value) ?? JSON.stringify(value));
  });
}

function isList(value: TemplateValue): value is readonly TemplateValue[] {
  return Array.isArray(value);
}
