import { DeployError } from "../errors.ts";
import { canonicalText } from "../template/canonical-value.ts";
import type { Template, TemplateResource, TemplateValue } from "../template/template.ts";

/** Integrations in OpenAPI have the names of API Gateway's API, with a small first letter. */
const memberNames: { readonly [property: string]: string } = {
  IntegrationType: "type",
  IntegrationUri: "uri",
  IntegrationMethod: "httpMethod",
  CredentialsArn: "credentials",
};
/** Properties of a route that its place in the body says. */
const routeProperties: ReadonlySet<string> = new Set(["ApiId", "RouteKey", "Target"]);

/**
 * Writes the routes of an HTTP API into its `Body`, as OpenAPI. An API that got its routes that way
 * keeps them so: resources of their own would be created while the body's routes still hold their keys,
 * and CloudFormation does not take them for the same.
 * @param deployed The API as it is deployed; null: it is new, or its body is Arclet's own.
 * @throws DeployError `ERR_TEMPLATE_LIMIT` for a route with more than a body can say
 */
export function routesInBody(
  template: Template,
  apiId: string,
  deployed: TemplateResource | null,
): Template {
  const resources: Record<string, TemplateResource> = {};
  const paths: Record<string, Record<string, TemplateValue>> = {};
  const integrations: Record<string, TemplateValue> = {};
  const isOfApi = ({ Properties: properties }: TemplateResource): boolean =>
    canonicalText(properties?.["ApiId"]) === `<${apiId}>`;
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (resource.Type === "AWS::ApiGatewayV2::Integration" && isOfApi(resource)) continue;
    if (resource.Type === "AWS::ApiGatewayV2::Route" && isOfApi(resource)) {
      requirePlainRoute(id, resource);
      const [method = "", path = ""] = (
        canonicalText(resource.Properties?.["RouteKey"]) ?? ""
      ).split(" ");
      const operation = method === "ANY" ? "x-amazon-apigateway-any-method" : method.toLowerCase();
      const integration = integrationOf(template, resource);
      // SAM writes each where it is used; the same one twice counts twice among those of an API.
      if (deployed === null) integrations[integration.id] = integration.value;
      paths[path] = {
        ...paths[path],
        [operation]: {
          "x-amazon-apigateway-integration":
            deployed === null
              ? { $ref: `#/components/x-amazon-apigateway-integrations/${integration.id}` }
              : integration.value,
        },
      };
      continue;
    }
    resources[id] = resource;
  }
  const api = template.Resources[apiId];
  if (api !== undefined) {
    // Its name is the body's title, and its protocol goes without saying: naming it would replace it.
    const {
      Name: name,
      ProtocolType: _protocol,
      CorsConfiguration: cors,
      ...properties
    } = api.Properties ?? {};
    const { ProtocolType: protocol, Body: body } = deployed?.Properties ?? {};
    const given = typeof body === "object" && !Array.isArray(body) ? body : {};
    resources[apiId] = {
      ...api,
      Properties: {
        ...properties,
        ...(protocol === undefined ? {} : { ProtocolType: protocol }),
        Body: {
          openapi: "3.0.1",
          info: ("info" in given ? given["info"] : undefined) ?? {
            title: deployed === null && name !== undefined ? name : { Ref: "AWS::StackName" },
            ...(deployed === null ? { version: "1.0" } : {}),
          },
          ...(cors === undefined ? {} : { "x-amazon-apigateway-cors": withSmallLetters(cors) }),
          paths,
          ...(deployed === null
            ? { components: { "x-amazon-apigateway-integrations": integrations } }
            : {}),
        },
      },
    };
  }
  return { ...template, Resources: resources };
}

/** A body in which a route lost its authorizer would let everybody in. */
function requirePlainRoute(id: string, { Properties: properties = {} }: TemplateResource): void {
  const others = Object.keys(properties).filter((name) => !routeProperties.has(name));
  if (others.length === 0) return;
  throw new DeployError(
    "ERR_TEMPLATE_LIMIT",
    `The route ${canonicalText(properties["RouteKey"]) ?? id} has ${others.join(", ")}, set by a plugin, and the app is so big that its routes are in the body of its API, which does not take that`,
    { hints: ["Split the app in two, or let the function itself do what the plugin adds."] },
  );
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

function integrationOf(
  template: Template,
  route: TemplateResource,
): { readonly id: string; readonly value: TemplateValue } {
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
  return { id, value: integration };
}
