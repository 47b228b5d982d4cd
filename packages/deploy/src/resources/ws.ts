import {
  canRollOver,
  keepAlive,
  rollOver,
  type WebSocketApi,
  type WebSocketRoute,
} from "@arclet/manifest";
import { logicalId, webSocketApiId } from "../template/logical-ids.ts";
import {
  functionOf,
  integrationUri,
  invokedId,
  retentionOf,
  webSocketUrl,
  type SynthesisContext,
} from "./synthesis-context.ts";
import { apiPermission } from "../template/api-permission.ts";
import { attribute, ref, sub, type TemplateValue } from "../template/template.ts";

const apiOrigin = { label: "@ws", location: null };

/** The WebSocket API with its routes and stage. */
export function addWebSocketApi(context: SynthesisContext): void {
  const { template, manifest, options } = context;
  const { ws } = manifest;
  if (ws === null) return;
  template.add(
    webSocketApiId,
    {
      Type: "AWS::ApiGatewayV2::Api",
      Properties: {
        Name: sub("${AWS::StackName}-ws"),
        ProtocolType: "WEBSOCKET",
        RouteSelectionExpression: ws.routeSelectionExpression,
      },
    },
    apiOrigin,
  );
  if (ws.authorizer !== null) addAuthorizer(context, ws.authorizer);
  const live = ws.routes.flatMap((route) => addRoute(context, ws, route));
  if (ws.keepAlive === true) live.push(...addKeepAlive(context));
  if (ws.authorizer !== null && canRollOver(ws)) {
    live.push(...addRollOver(context, ws.authorizer));
  }
  for (const functionId of new Set([
    ...ws.routes.map((route) => route.functionId),
    ...(ws.authorizer === null ? [] : [ws.authorizer.functionId]),
  ])) {
    const declared = functionOf(manifest, functionId);
    const isAuthorizer = ws.authorizer?.functionId === functionId;
    template.add(
      logicalId("WebSocketPermission", functionId),
      apiPermission(
        ref(invokedId(declared)),
        webSocketApiId,
        isAuthorizer ? "authorizers/*" : `${options.stage}/*`,
      ),
      { label: `function ${functionId}`, location: declared.origin },
    );
  }
  // API Gateway refuses them until the account has a CloudWatch role, so they are asked for
  // (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html). Those of the
  // HTTP API need no role and are always on.
  if (ws.stage.hasAccessLogs)
    template.add(
      "WebSocketAccessLogs",
      {
        Type: "AWS::Logs::LogGroup",
        DeletionPolicy: "Delete",
        UpdateReplacePolicy: "Delete",
        Properties: {
          LogGroupName: sub("/aws/apigateway/${AWS::StackName}/ws"),
          ...retentionOf(context),
        },
      },
      apiOrigin,
    );
  template.add(
    "WebSocketStage",
    {
      Type: "AWS::ApiGatewayV2::Stage",
      // A WebSocket API without routes cannot be deployed, and one deployment is enough.
      DependsOn: live,
      Properties: {
        ApiId: ref(webSocketApiId),
        StageName: options.stage,
        // API Gateway itself puts each change of a route, integration, authorizer or route response
        // live, on an update and on its rollback. An AWS::ApiGatewayV2::Deployment would be a
        // snapshot that any of them, once forgotten in its id, leaves behind.
        AutoDeploy: true,
        DefaultRouteSettings: {
          ThrottlingRateLimit: ws.stage.throttlingRateLimit,
          ThrottlingBurstLimit: ws.stage.throttlingBurstLimit,
        },
        ...(ws.stage.hasAccessLogs
          ? {
              AccessLogSettings: {
                DestinationArn: attribute("WebSocketAccessLogs", "Arn"),
                Format: JSON.stringify({
                  requestId: "$context.requestId",
                  connectionId: "$context.connectionId",
                  eventType: "$context.eventType",
                  routeKey: "$context.routeKey",
                  status: "$context.status",
                  time: "$context.requestTime",
                  error: "$context.integrationErrorMessage",
                }),
              },
            }
          : {}),
      },
    },
    apiOrigin,
  );
  template.output("WebSocketUrl", "URL of the WebSocket API", webSocketUrl(context));
}

function addAuthorizer(
  { template, manifest }: SynthesisContext,
  authorizer: NonNullable<WebSocketApi["authorizer"]>,
): void {
  const declared = functionOf(manifest, authorizer.functionId);
  const id = logicalId("WebSocketAuthorizer", authorizer.functionId);
  template.add(
    id,
    {
      Type: "AWS::ApiGatewayV2::Authorizer",
      Properties: {
        ApiId: ref(webSocketApiId),
        Name: declared.name,
        AuthorizerType: "REQUEST",
        AuthorizerUri: integrationUri(declared),
        ...(authorizer.identitySources.length > 0
          ? { IdentitySource: authorizer.identitySources }
          : {}),
      },
    },
    { label: `authorizer ${declared.id}`, location: declared.origin },
  );
}

/**
 * A route that API Gateway answers itself, without an invocation; gives its logical ids.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html
 */
function addKeepAlive({ template }: SynthesisContext): readonly string[] {
  const origin = { label: `route ${keepAlive.routeKey}`, location: null };
  const ApiId = ref(webSocketApiId);
  const add = (id: string, Type: string, Properties: Record<string, TemplateValue>): string => {
    template.add(id, { Type, Properties: { ApiId, ...Properties } }, origin);
    return id;
  };
  const integrationId = add("WebSocketKeepAlive", "AWS::ApiGatewayV2::Integration", {
    IntegrationType: "MOCK",
    TemplateSelectionExpression: "200",
    RequestTemplates: { "200": '{"statusCode":200}' },
  });
  const answerId = add("WebSocketKeepAliveAnswer", "AWS::ApiGatewayV2::IntegrationResponse", {
    IntegrationId: ref(integrationId),
    IntegrationResponseKey: "$default",
    TemplateSelectionExpression: "200",
    ResponseTemplates: { "200": keepAlive.answer },
  });
  const routeId = add("WebSocketKeepAliveRoute", "AWS::ApiGatewayV2::Route", {
    RouteKey: keepAlive.routeKey,
    Target: sub(`integrations/\${${integrationId}}`),
    RouteResponseSelectionExpression: "$default",
  });
  const responseId = add("WebSocketKeepAliveResponse", "AWS::ApiGatewayV2::RouteResponse", {
    RouteId: ref(routeId),
    RouteResponseKey: "$default",
  });
  return [answerId, routeId, responseId];
}

/** The login function also answers connections that are about to roll over. */
function addRollOver(
  context: SynthesisContext,
  { functionId }: NonNullable<WebSocketApi["authorizer"]>,
): readonly string[] {
  const { routeKey } = rollOver;
  const { template, manifest, options } = context;
  const declared = functionOf(manifest, functionId);
  template.add(
    "WebSocketRollOverPermission",
    apiPermission(ref(invokedId(declared)), webSocketApiId, `${options.stage}/${routeKey}`),
    { label: `route ${routeKey}`, location: null },
  );
  const route = { routeKey, functionId, hasRouteResponse: true, origin: null };
  return addRoute(context, { authorizer: null }, route);
}

/** Gives the logical ids of the route and of its answer. */
function addRoute(
  { template, manifest }: SynthesisContext,
  ws: Pick<WebSocketApi, "authorizer">,
  route: WebSocketRoute,
): readonly string[] {
  const declared = functionOf(manifest, route.functionId);
  const origin = { label: `route ${route.routeKey}`, location: route.origin };
  const integrationId = logicalId("WebSocketIntegration", route.routeKey);
  const routeId = logicalId("WebSocketRoute", route.routeKey);
  template.add(
    integrationId,
    {
      Type: "AWS::ApiGatewayV2::Integration",
      Properties: {
        ApiId: ref(webSocketApiId),
        IntegrationType: "AWS_PROXY",
        IntegrationUri: integrationUri(declared),
      },
    },
    origin,
  );
  const authorized = route.routeKey === "$connect" ? ws.authorizer : null;
  template.add(
    routeId,
    {
      Type: "AWS::ApiGatewayV2::Route",
      Properties: {
        ApiId: ref(webSocketApiId),
        RouteKey: route.routeKey,
        Target: sub(`integrations/\${${integrationId}}`),
        ...(route.hasRouteResponse ? { RouteResponseSelectionExpression: "$default" } : {}),
        ...(authorized === null
          ? {}
          : {
              AuthorizationType: "CUSTOM",
              AuthorizerId: ref(logicalId("WebSocketAuthorizer", authorized.functionId)),
            }),
      },
    },
    origin,
  );
  if (!route.hasRouteResponse) return [routeId];
  const responseId = logicalId("WebSocketRouteResponse", route.routeKey);
  template.add(
    responseId,
    {
      Type: "AWS::ApiGatewayV2::RouteResponse",
      Properties: {
        ApiId: ref(webSocketApiId),
        RouteId: ref(routeId),
        RouteResponseKey: "$default",
      },
    },
    origin,
  );
  return [routeId, responseId];
}
