import { canonicalText } from "../template/canonical-value.ts";
import type { Template, TemplateResource, TemplateValue } from "../template/template.ts";

/** What belongs to the API, and depends on it and on functions. */
const dependents = /^AWS::ApiGatewayV2::|^AWS::Lambda::Permission$/;

/**
 * Names an API that is there by its id wherever functions, or what they depend on, refer to it. With its
 * routes in its body the API depends on the functions: references the other way would close a circle,
 * which CloudFormation refuses.
 * @param physicalId The API's id at AWS, which stays as long as the stack.
 */
export function literalApi(template: Template, apiId: string, physicalId: string): Template {
  const endpoint = `https://${physicalId}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}`;
  const inText = (text: string): string =>
    text
      .replaceAll(`\${${apiId}}`, physicalId)
      .replaceAll(`\${${apiId}.ApiEndpoint}`, endpoint)
      .replaceAll(`\${${apiId}.ApiId}`, physicalId);
  const literal = (value: TemplateValue): TemplateValue => {
    if (typeof value !== "object") return value;
    if (isList(value)) return value.map(literal);
    if (value["Ref"] === apiId) return physicalId;
    const attribute = value["Fn::GetAtt"] === undefined ? null : canonicalText(value);
    if (attribute?.startsWith(`<${apiId}.`) === true)
      return attribute.endsWith(".ApiEndpoint>") ? { "Fn::Sub": endpoint } : physicalId;
    const text = value["Fn::Sub"];
    if (typeof text === "string") return { ...value, "Fn::Sub": inText(text) };
    if (text !== undefined && typeof text === "object" && isList(text)) {
      const [first, ...rest] = text;
      return {
        "Fn::Sub": [typeof first === "string" ? inText(first) : "", ...rest.map(literal)],
      };
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]));
  };
  const resources = Object.entries(template.Resources).map(([id, resource]) => [
    id,
    dependents.test(resource.Type) || resource.Properties === undefined
      ? resource
      : { ...resource, Properties: literal(resource.Properties) },
  ]);
  return {
    ...template,
    Resources: Object.fromEntries(resources) as Record<string, TemplateResource>,
  };
}

function isList(value: TemplateValue): value is readonly TemplateValue[] {
  return Array.isArray(value);
}
