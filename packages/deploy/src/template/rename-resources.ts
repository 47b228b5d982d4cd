import type { Template, TemplateResource, TemplateValue } from "./template.ts";

/** The template with other logical ids, in all that refers to them too. */
export function renameResources(template: Template, names: ReadonlyMap<string, string>): Template {
  if (names.size === 0) return template;
  const nameOf = (id: string): string => names.get(id) ?? id;
  const resources: Record<string, TemplateResource> = {};
  for (const [id, resource] of Object.entries(template.Resources)) {
    const { DependsOn: dependencies } = resource;
    resources[nameOf(id)] = {
      ...(renamedValue(
        resource as unknown as TemplateValue,
        nameOf,
      ) as unknown as TemplateResource),
      ...(dependencies === undefined ? {} : { DependsOn: [dependencies].flat().map(nameOf) }),
    };
  }
  return {
    ...template,
    Resources: resources,
    Outputs: renamedValue(
      template.Outputs as unknown as TemplateValue,
      nameOf,
    ) as unknown as Template["Outputs"],
  };
}

function renamedValue(value: TemplateValue, nameOf: (id: string) => string): TemplateValue {
  if (typeof value !== "object") return value;
  if (isList(value)) return value.map((item) => renamedValue(item, nameOf));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, renamedMember(key, inner, nameOf)]),
  );
}

function renamedMember(
  key: string,
  value: TemplateValue,
  nameOf: (id: string) => string,
): TemplateValue {
  switch (key) {
    case "Ref":
      return typeof value === "string" ? nameOf(value) : value;
    case "Fn::GetAtt": {
      if (typeof value === "string") {
        const [id = "", ...rest] = value.split(".");
        return [nameOf(id), ...rest].join(".");
      }
      if (typeof value !== "object" || !isList(value)) return value;
      const [id, ...rest] = value;
      return typeof id === "string" ? [nameOf(id), ...rest] : value;
    }
    case "Fn::Sub": {
      if (typeof value === "string") return renamedText(value, nameOf, {});
      if (typeof value !== "object" || !isList(value)) return value;
      const [text, variables = {}] = value;
      const own = typeof variables === "object" && !isList(variables) ? variables : {};
      return typeof text === "string"
        ? [renamedText(text, nameOf, own), renamedValue(variables, nameOf)]
        : value;
    }
    default:
      return renamedValue(value, nameOf);
  }
}

/** @param own Variables of the `Fn::Sub` itself, which hide resources of their name. */
function renamedText(
  text: string,
  nameOf: (id: string) => string,
  own: { readonly [name: string]: TemplateValue },
): string {
  return text.replaceAll(
    /\$\{([A-Za-z0-9]+)((?:\.[\w.]+)?)\}/g,
    (whole, id: string, rest: string) =>
      Object.hasOwn(own, id) ? whole : `\${${nameOf(id)}${rest}}`,
  );
}

function isList(value: TemplateValue): value is readonly TemplateValue[] {
  return Array.isArray(value);
}
