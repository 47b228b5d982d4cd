import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Template, TemplateResource, TemplateValue } from "@arclet/deploy";

/** Architect 12 needs Node.js 22 or newer; both come from npm into a folder of their own. */
const packages = ["node@22", "@architect/architect@12.0.0"];
const folder = join(import.meta.dirname, "../../../.cache/architect");
const deploymentType = "AWS::ApiGatewayV2::Deployment";

/** A template with SAM's transform, as Architect gives it to CloudFormation. */
export type SamTemplate = Template & { readonly Transform: string };

/** The real Architect, installed the first time: its program, and the Node.js that runs it. */
export function architectProgram(): { readonly node: string; readonly bin: string } {
  const stamp = join(folder, ".installed");
  if (!existsSync(stamp)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    execFileSync(
      "npm",
      ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", ...packages],
      { cwd: folder, stdio: ["ignore", "ignore", "inherit"] },
    );
    writeFileSync(stamp, "");
  }
  const modules = join(folder, "node_modules");
  return {
    node: join(modules, ".bin/node"),
    bin: join(modules, "@architect/architect/src/index.js"),
  };
}

/** What the real Architect makes of the app in a folder. */
export function architectTemplate(app: string): SamTemplate {
  const text = execFileSync(
    architectProgram().node,
    [join(import.meta.dirname, "make-template.mjs"), app, folder],
    { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(text) as SamTemplate;
}

/**
 * A template as the emulator can take it (docs/deploy.md): without deployments of WebSocket APIs, which
 * it does not know, and with a route for each operation in the body of an HTTP API, which it ignores.
 */
export function adaptedTemplate<T extends Template>(template: T): T {
  const resources: Record<string, TemplateResource> = {};
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (resource.Type === deploymentType) continue;
    const { DeploymentId: deployment, ...properties } = resource.Properties ?? {};
    resources[id] =
      deployment === undefined
        ? resource
        : { ...resource, Properties: { ...properties, AutoDeploy: true } };
    Object.assign(resources, routesOf(id, resource));
  }
  return { ...template, Resources: resources };
}

interface Operation {
  readonly "x-amazon-apigateway-integration": {
    readonly type: string;
    readonly uri: TemplateValue;
    readonly httpMethod: string;
    readonly payloadFormatVersion: string;
  };
}

/** SAM's HTTP APIs have the body under another name. */
function routesOf(
  apiId: string,
  { Properties: properties }: TemplateResource,
): { readonly [id: string]: TemplateResource } {
  const body = (properties?.["Body"] ?? properties?.["DefinitionBody"]) as
    | { readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } } }
    | undefined;
  const routes: Record<string, TemplateResource> = {};
  for (const [path, methods] of Object.entries(body?.paths ?? {}))
    for (const [method, operation] of Object.entries(methods)) {
      const integration = operation["x-amazon-apigateway-integration"];
      const verb = method === "x-amazon-apigateway-any-method" ? "ANY" : method.toUpperCase();
      const id = `Adapted${`${verb}${path}`.replaceAll(/[^A-Za-z0-9]/g, "X")}`;
      routes[`${id}Integration`] = {
        Type: "AWS::ApiGatewayV2::Integration",
        Properties: {
          ApiId: { Ref: apiId },
          IntegrationType: integration.type.toUpperCase(),
          IntegrationUri: integration.uri,
          IntegrationMethod: integration.httpMethod,
          PayloadFormatVersion: integration.payloadFormatVersion,
        },
      };
      routes[`${id}Route`] = {
        Type: "AWS::ApiGatewayV2::Route",
        Properties: {
          ApiId: { Ref: apiId },
          RouteKey: `${verb} ${path}`,
          Target: { "Fn::Sub": `integrations/\${${id}Integration}` },
        },
      };
    }
  return routes;
}
