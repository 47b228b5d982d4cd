import { canonicalText } from "../template/canonical-value.ts";
import type { Template, TemplateResource, TemplateValue } from "../template/template.ts";

/** Integrations in OpenAPI have the names of API Gateway's API, with a small first letter. */
const memberNames: { readonly [property: string]: string } = {
  IntegrationType: "type",
  IntegrationUri: "uri",
  IntegrationMethod: "httpMethod",
};

/**
 * Writes the routes of an HTTP API into its `Body`, as OpenAPI. An API that got its routes that way
 * keeps them so: resources of their own would be created while the body's routes still hold their keys,
 * and CloudFormation does not take them for the same.
 */
export function routesInBody(
  template: Template,
  apiId: string,
  deployed: TemplateResource,
): Template {
  const resources: Record<string, TemplateResource> = {};
  const paths: Record<string, Record<string, TemplateValue>> = {};
  const isOfApi = ({ Properties: properties }: TemplateResource): boolean =>
    canonicalText(properties?.["ApiId"]) === `<${apiId}>`;
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (resource.Type === "AWS::ApiGatewayV2::Integration" && isOfApi(resource)) continue;
    if (resource.Type === "AWS::ApiGatewayV2::Route" && isOfApi(resource)) {
      const [method = "", path = ""] = (
        canonicalText(resource.Properties?.["RouteKey"]) ?? ""
      ).split(" ");
      const operation = method === "ANY" ? "x-amazon-apigateway-any-method" : method.toLowerCase();
      paths[path] = { ...paths[path], [operation]: operationOf(template, resource) };
      continue;
    }
    resources[id] = resource;
  }
  const api = template.Resources[apiId];
  if (api !== undefined) {
    // Its name is the body's title, and its protocol goes without saying: naming it would replace it.
    const {
      Name: _name,
      ProtocolType: _protocol,
      CorsConfiguration: cors,
      ...properties
    } = api.Properties ?? {};
    const { ProtocolType: protocol, Body: body } = deployed.Properties ?? {};
    const given = typeof body === "object" && !Array.isArray(body) ? body : {};
    resources[apiId] = {
      ...api,
      Properties: {
        ...properties,
        ...(protocol === undefined ? {} : { ProtocolType: protocol }),
        Body: {
          openapi: "3.0.1",
          info: ("info" in given ? given["info"] : undefined) ?? {
            title: { Ref: "AWS::StackName" },
          },
          ...(cors === undefined ? {} : { "x-amazon-apigateway-cors": withSmallLetters(cors) }),
          paths,
        },
      },
    };
  }
  return { ...template, Resources: resources };
}

/** What OpenAPI has beside a body, it has in the body: CORS too. */
function withSmallLetters(value: TemplateValue): TemplateValue {
  if (typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      inner,
    ]),
  );
}

function operationOf(template: Template, route: TemplateResource): TemplateValue {
  const target = canonicalText(route.Properties?.["Target"]) ?? "";
  const id = /^integrations\/<([A-Za-z0-9]+)>$/.exec(target)?.[1] ?? "";
  const { ApiId: _api, ...properties } = template.Resources[id]?.Properties ?? {};
  const members = Object.entries(properties).map(([name, value]) => [
    memberNames[name] ?? name.charAt(0).toLowerCase() + name.slice(1),
    name === "IntegrationType" && typeof value === "string" ? value.toLowerCase() : value,
  ]);
  const integration: Record<string, TemplateValue> = Object.fromEntries(members);
  // API Gateway invokes functions by POST, whatever the route's method.
  integration["httpMethod"] ??= "POST";
  return { "x-amazon-apigateway-integration": integration };
}
