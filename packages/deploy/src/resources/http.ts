import { isRootVariable, type HttpRoute, type Manifest } from "@arclet/manifest";
import {
  functionLogicalId,
  httpApiId,
  logicalId,
  staticFunctionId,
} from "../template/logical-ids.ts";
import {
  domainOf,
  functionOf,
  hasCdn,
  hasHttpApi,
  hasStaticBucket,
  integrationUri,
  invokedId,
  retentionOf,
  type SynthesisContext,
} from "./synthesis-context.ts";
import { apiPermission } from "../template/api-permission.ts";
import { attribute, ref, sub, type TemplateValue } from "../template/template.ts";

const apiOrigin = { label: "@http", location: null };

/** The HTTP API: routes to functions, static files, and the default route. */
export function addHttpApi(context: SynthesisContext): void {
  if (!hasHttpApi(context)) return;
  const { template, manifest } = context;
  template.add(
    httpApiId,
    {
      Type: "AWS::ApiGatewayV2::Api",
      Properties: {
        Name: sub("${AWS::StackName}-http"),
        ProtocolType: "HTTP",
        ...corsOf(manifest),
      },
    },
    apiOrigin,
  );
  template.add(
    "HttpAccessLogs",
    {
      Type: "AWS::Logs::LogGroup",
      DeletionPolicy: "Delete",
      UpdateReplacePolicy: "Delete",
      Properties: {
        // CloudWatch lists each other name in a policy of the whole account that has an end: 5,120
        // characters (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html).
        LogGroupName: sub("/aws/vendedlogs/apis/${AWS::StackName}/http"),
        ...retentionOf(context),
      },
    },
    apiOrigin,
  );
  const routes = manifest.http?.routes ?? [];
  for (const functionId of new Set(routes.map((route) => route.functionId)))
    addIntegration(context, functionId);
  for (const route of routes) addRoute(context, route);
  addFallback(context, routes);
  template.add(
    "HttpStage",
    {
      Type: "AWS::ApiGatewayV2::Stage",
      Properties: {
        ApiId: ref(httpApiId),
        StageName: "$default",
        // An HTTP API deploys each change automatically, without a gap between old and new routes.
        AutoDeploy: true,
        AccessLogSettings: {
          DestinationArn: attribute("HttpAccessLogs", "Arn"),
          Format: JSON.stringify({
            requestId: "$context.requestId",
            ip: "$context.identity.sourceIp",
            routeKey: "$context.routeKey",
            status: "$context.status",
            time: "$context.requestTime",
            error: "$context.integrationErrorMessage",
          }),
        },
      },
    },
    apiOrigin,
  );
  const host = hasCdn(context) ? null : (domainOf(context)?.http ?? null);
  template.output(
    "HttpUrl",
    "URL of the HTTP API",
    host === null ? attribute(httpApiId, "ApiEndpoint") : `https://${host}`,
  );
}

function corsOf({ cors }: Manifest): { readonly [name: string]: TemplateValue } {
  if (cors === null) return {};
  return {
    CorsConfiguration: {
      AllowOrigins: cors.origins,
      AllowMethods: cors.methods,
      AllowHeaders: cors.headers,
      AllowCredentials: cors.hasCredentials,
      ...(cors.exposed.length === 0 ? {} : { ExposeHeaders: cors.exposed }),
      ...(cors.maxAgeSeconds === null ? {} : { MaxAge: cors.maxAgeSeconds }),
    },
  };
}

/** `GET /cats/{id}`; a trailing `*` becomes `{proxy+}`. */
export function httpRouteKey({ method, path }: Pick<HttpRoute, "method" | "path">): string {
  const segments = path
    .split("/")
    .map((segment) =>
      segment.startsWith(":") ? `{${segment.slice(1)}}` : segment === "*" ? "{proxy+}" : segment,
    );
  return `${method.toUpperCase()} ${segments.join("/")}`;
}

function addIntegration({ template, manifest }: SynthesisContext, functionId: string): void {
  const declared = functionOf(manifest, functionId);
  const origin = { label: `function ${functionId}`, location: declared.origin };
  const isVersionOne = manifest.aws.apigateway === "httpv1" || manifest.aws.apigateway === "rest";
  template.add(
    logicalId("HttpIntegration", functionId),
    {
      Type: "AWS::ApiGatewayV2::Integration",
      Properties: {
        ApiId: ref(httpApiId),
        IntegrationType: "AWS_PROXY",
        IntegrationUri: integrationUri(declared),
        PayloadFormatVersion: isVersionOne ? "1.0" : "2.0",
      },
    },
    origin,
  );
  template.add(
    logicalId("HttpPermission", functionId),
    apiPermission(ref(invokedId(declared)), httpApiId, "*"),
    origin,
  );
}

function addRoute({ template }: SynthesisContext, route: HttpRoute): void {
  const key = httpRouteKey(route);
  template.add(
    logicalId("HttpRoute", key),
    {
      Type: "AWS::ApiGatewayV2::Route",
      Properties: {
        ApiId: ref(httpApiId),
        RouteKey: key,
        Target: sub(`integrations/\${${logicalId("HttpIntegration", route.functionId)}}`),
      },
    },
    { label: `route ${key}`, location: route.origin },
  );
}

/** Static files at `/_static/*`; where no route matches `@proxy`, or else the files again. */
function addFallback(context: SynthesisContext, routes: readonly HttpRoute[]): void {
  const { manifest, options, template } = context;
  const taken = new Set([
    ...routes.map(httpRouteKey),
    ...routes.filter(isRootVariable).map(({ method }) => `${method.toUpperCase()} /`),
  ]);
  const isTaken = (method: string, path: string): boolean =>
    taken.has(`${method} ${path}`) || taken.has(`ANY ${path}`);
  const route = (name: string, routeKey: string, integrationId: string): void => {
    template.add(
      `Http${name}Route`,
      {
        Type: "AWS::ApiGatewayV2::Route",
        Properties: {
          ApiId: ref(httpApiId),
          RouteKey: routeKey,
          Target: sub(`integrations/\${${integrationId}}`),
        },
      },
      apiOrigin,
    );
  };
  const forward = (name: string, path: string, uri: TemplateValue): void => {
    if (isTaken("ANY", path)) return;
    template.add(
      `Http${name}Integration`,
      {
        Type: "AWS::ApiGatewayV2::Integration",
        Properties: {
          ApiId: ref(httpApiId),
          IntegrationType: "HTTP_PROXY",
          IntegrationMethod: "ANY",
          IntegrationUri: uri,
          PayloadFormatVersion: "1.0",
        },
      },
      apiOrigin,
    );
    route(name, `ANY ${path}`, `Http${name}Integration`);
  };
  /** Only GET and HEAD; other methods have no route. */
  const serve = (name: string, path: string): void => {
    for (const [method, suffix] of [
      ["GET", ""],
      ["HEAD", "Head"],
    ] as const)
      if (!isTaken(method, path)) route(name + suffix, `${method} ${path}`, staticIntegrationId);
  };
  const isServed = hasStaticBucket(context);
  if (isServed) {
    addStaticIntegration(context);
    serve("Static", "/_static/{proxy+}");
    if (manifest.ws !== null) {
      route("SocketUrl", "GET /_arclet/env.js", staticIntegrationId);
      route("Client", "GET /_arclet/client.js", staticIntegrationId);
    }
  }
  const upstream = manifest.proxy?.[options.stage] ?? null;
  if (upstream !== null) {
    forward("Proxy", "/{proxy+}", `${upstream.replace(/\/$/, "")}/{proxy}`);
    forward("ProxyRoot", "/", upstream);
  } else if (isServed) {
    serve("Index", "/");
    serve("Files", "/{proxy+}");
  }
}

const staticIntegrationId = "HttpStaticIntegration";

/** The function that serves static files. */
function addStaticIntegration({ template }: SynthesisContext): void {
  const functionId = functionLogicalId(staticFunctionId);
  template.add(
    staticIntegrationId,
    {
      Type: "AWS::ApiGatewayV2::Integration",
      Properties: {
        ApiId: ref(httpApiId),
        IntegrationType: "AWS_PROXY",
        IntegrationUri: sub(
          `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${functionId}.Arn}/invocations`,
        ),
        PayloadFormatVersion: "2.0",
      },
    },
    apiOrigin,
  );
  template.add("HttpStaticPermission", apiPermission(ref(functionId), httpApiId, "*"), apiOrigin);
}
