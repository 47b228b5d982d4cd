import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import type { Template, TemplateValue } from "@arclet/deploy";

/** AWS's own resource specification, as the CDK uses it. */
const specification = loadAwsServiceSpecSync();

type Definition = ReturnType<typeof definitionOf>;
type Properties = Definition["properties"];
type PropertyType = Properties[string]["type"];

/** What in a template the specification does not allow: `WebSocketApi.Properties.Colour is unknown`. */
export function findings(template: Template): readonly string[] {
  return Object.entries(template.Resources).flatMap(([id, resource]) =>
    inProperties(
      `${id}.Properties`,
      resource.Properties ?? {},
      definitionOf(resource.Type).properties,
    ),
  );
}

function definitionOf(type: string) {
  return specification.lookup("resource", "cloudFormationType", "equals", type).only();
}

function inProperties(
  path: string,
  values: { readonly [name: string]: TemplateValue },
  properties: Properties,
): readonly string[] {
  const missing = Object.entries(properties)
    .filter(([name, { required }]) => required === true && !(name in values))
    .map(([name]) => `${path}.${name} is missing`);
  const wrong = Object.entries(values).flatMap(([name, value]) => {
    const property = properties[name];
    return property === undefined
      ? [`${path}.${name} is unknown`]
      : inValue(`${path}.${name}`, value, property.type);
  });
  return [...missing, ...wrong];
}

function inValue(path: string, value: TemplateValue, type: PropertyType): readonly string[] {
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case "string": {
      // A template may write any scalar where a string is asked for; ours does not.
      if (typeof value !== "string") return [`${path} is no string`];
      const { allowedValues } = type;
      return allowedValues === undefined || allowedValues.includes(value)
        ? []
        : [`${path} is ${value}, not one of ${allowedValues.join(", ")}`];
    }
    case "number":
    case "integer":
      return typeof value === "number" ? [] : [`${path} is no number`];
    case "boolean":
      return typeof value === "boolean" ? [] : [`${path} is no boolean`];
    case "array":
      return Array.isArray(value)
        ? value.flatMap((item, index) => inValue(`${path}[${index}]`, item, type.element))
        : [`${path} is no array`];
    case "map":
      return isObject(value)
        ? Object.entries(value).flatMap(([key, item]) =>
            inValue(`${path}.${key}`, item, type.element),
          )
        : [`${path} is no map`];
    case "ref":
      return isObject(value)
        ? inProperties(
            path,
            value,
            specification.get("typeDefinition", type.reference.$ref).properties,
          )
        : [`${path} is no object`];
    case "union": {
      const each = type.types.map((one) => inValue(path, value, one));
      return each.some((found) => found.length === 0) ? [] : (each[0] ?? []);
    }
    default:
      return [];
  }
}

function isObject(value: TemplateValue): value is { readonly [key: string]: TemplateValue } {
  return typeof value === "object" && !Array.isArray(value);
}

/** Its value is known only to CloudFormation. */
function isIntrinsic(value: TemplateValue): boolean {
  if (!isObject(value)) return false;
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && key !== undefined && (key === "Ref" || key.startsWith("Fn::"));
}
