import {
  eventSources,
  realtimeVariables,
  type FunctionConfig,
  type LambdaFunction,
  type Manifest,
} from "@arclet/manifest";
import {
  authorizerFunctionId,
  functionLogicalId,
  logicalId,
  realtimeFunctionId,
  realtimeTableId,
  webSocketApiId,
} from "../template/logical-ids.ts";
import { hasRealtime } from "../template/realtime.ts";
import { attribute, ref, sub, type TemplateValue } from "../template/template.ts";
import {
  functionOf,
  invokedArn,
  responseTypes,
  type SynthesisContext,
} from "./synthesis-context.ts";
import { retriesOf } from "./tables-streams.ts";

const builtInConfig: FunctionConfig = {
  runtime: "nodejs22.x",
  architecture: "arm64",
  handler: "index.handler",
  // CPU scales with memory, and a fan-out signs hundreds of requests.
  memory: 1152,
  timeout: 10,
  storage: 512,
  concurrency: null,
  provisionedConcurrency: null,
  tracing: false,
  vpc: null,
  layers: [],
  policies: [],
  allow: [],
  access: {
    tables: [],
    events: [],
    queues: [],
    hasConnections: false,
    hasRooms: true,
    staticFiles: "none",
  },
  logFormat: "Text",
  applicationLogLevel: null,
  systemLogLevel: null,
  env: true,
  shared: false,
  views: false,
  bundle: true,
};
/** A room of 100,000 that is closed is 100,000 transactions, 64 at a time. */
const realtimeTimeout = 900;

/** The manifest with built-in functions and the authorizer of its logins added. */
export function withRealtimeFunctions(manifest: Manifest): Manifest {
  const { ws } = manifest;
  if (!hasRealtime(manifest) || ws === null) return manifest;
  const builtIn = (id: string, timeout: number): LambdaFunction => ({
    id,
    pragma: "rooms",
    name: id.slice(id.indexOf("/") + 1),
    sourceCandidates: [],
    config: { ...builtInConfig, timeout },
    origin: null,
  });
  const hasLogins = ws.auth.length > 0;
  return {
    ...manifest,
    ws: hasLogins
      ? { ...ws, authorizer: { functionId: authorizerFunctionId, identitySources: [] } }
      : ws,
    functions: [
      ...manifest.functions,
      builtIn(realtimeFunctionId, realtimeTimeout),
      ...(hasLogins ? [builtIn(authorizerFunctionId, builtInConfig.timeout)] : []),
    ],
  };
}

/** The table of memberships, used tickets and revocations, and the mappings that read its stream. */
export function addRooms(context: SynthesisContext): void {
  const { manifest, template } = context;
  if (!hasRealtime(manifest)) return;
  const origin = { label: "@rooms", location: null };
  const sources = eventSources(manifest).rooms;
  template.add(
    realtimeTableId,
    {
      Type: "AWS::DynamoDB::Table",
      // Its data is useless after the stack's connections have closed.
      DeletionPolicy: "Delete",
      UpdateReplacePolicy: "Delete",
      Properties: {
        TableName: sub("${AWS::StackName}-realtime"),
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
        TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
        ...(sources.length > 0
          ? { StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" } }
          : {}),
      },
    },
    origin,
  );
  // A retried fan-out would send messages twice.
  template.add(
    "RealtimeInvocation",
    {
      Type: "AWS::Lambda::EventInvokeConfig",
      Properties: {
        FunctionName: ref(functionLogicalId(realtimeFunctionId)),
        Qualifier: "$LATEST",
        MaximumRetryAttempts: 0,
      },
    },
    origin,
  );
  for (const source of sources) {
    template.add(
      logicalId("Presence", source.name),
      {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          EventSourceArn: attribute(realtimeTableId, "StreamArn"),
          FunctionName: invokedArn(functionOf(manifest, source.functionId)),
          StartingPosition: "TRIM_HORIZON",
          BatchSize: source.batchSize,
          FilterCriteria: { Filters: [{ Pattern: JSON.stringify(presencePattern(source.name)) }] },
          ...retriesOf(source),
          BisectBatchOnFunctionError: source.bisects,
          ...responseTypes(source),
        },
      },
      { label: `presence of ${source.name}`, location: source.origin },
    );
  }
}

/** Joins and leaves of rooms of a kind: `chat`, and what begins with `chat:`. */
function presencePattern(kind: string): object {
  return {
    eventName: ["INSERT", "REMOVE"],
    dynamodb: {
      Keys: {
        pk: { S: [`room#${kind}`, { prefix: `room#${kind}:` }] },
        sk: { S: [{ prefix: "connection#" }] },
      },
    },
  };
}

/** What a function needs to use rooms, by actions. */
export function realtimePermissions(
  { manifest, options }: SynthesisContext,
  { id }: LambdaFunction,
): readonly (readonly [actions: readonly string[], resource: TemplateValue])[] {
  const connections = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${webSocketApiId}}/${options.stage}/*/@connections/*`;
  const table = attribute(realtimeTableId, "Arn");
  const items = [
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
  ];
  const hasPresence = manifest.rooms.some(({ functionId }) => functionId === id);
  return [
    [items, table],
    ...(id === authorizerFunctionId
      ? []
      : ([[["execute-api:ManageConnections"], sub(connections)]] as const)),
    ...(id === authorizerFunctionId || id === realtimeFunctionId
      ? []
      : ([
          [["lambda:InvokeFunction"], attribute(functionLogicalId(realtimeFunctionId), "Arn")],
        ] as const)),
    ...(hasPresence
      ? ([
          [
            ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            attribute(realtimeTableId, "StreamArn"),
          ],
          // ListStreams does not support resource-level permissions (service authorization reference of DynamoDB).
          [["dynamodb:ListStreams"], "*"],
        ] as const)
      : []),
  ];
}

/** Environment variables for rooms. */
export function realtimeEnvironment(
  { manifest }: SynthesisContext,
  { id }: LambdaFunction,
): Readonly<Record<string, TemplateValue>> {
  if (!hasRealtime(manifest)) return {};
  return {
    ...realtimeVariables(manifest),
    ARC_REALTIME_TABLE: ref(realtimeTableId),
    ...(id === realtimeFunctionId || id === authorizerFunctionId
      ? {}
      : { ARC_REALTIME_FUNCTION: ref(functionLogicalId(realtimeFunctionId)) }),
  };
}
