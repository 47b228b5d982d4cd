import type { FunctionAccess, LambdaFunction, Manifest } from "@arclet/manifest";
import { hasRealtime } from "../template/realtime.ts";
import { realtimePermissions } from "./rooms.ts";
import { failedEventsArns } from "./failed-events.ts";
import { hasStaticBucket, type SynthesisContext } from "./synthesis-context.ts";
import {
  queueLogicalId,
  staticBucketId,
  tableLogicalId,
  topicLogicalId,
  webSocketApiId,
} from "../template/logical-ids.ts";
import { attribute, ref, sub, type TemplateValue } from "../template/template.ts";

/** A statement of an IAM policy. */
export interface Statement {
  readonly [key: string]: TemplateValue;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly TemplateValue[];
}

const readActions = [
  "dynamodb:BatchGetItem",
  "dynamodb:ConditionCheckItem",
  "dynamodb:DescribeTable",
  "dynamodb:GetItem",
  "dynamodb:Query",
  "dynamodb:Scan",
];
/** Item-level actions; none creates, changes or deletes a table. */
const tableActions = [
  ...readActions,
  "dynamodb:BatchWriteItem",
  "dynamodb:DeleteItem",
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
];

/** KMS actions that DynamoDB performs on behalf of a caller that reads or writes an encrypted table. */
const keyActions = ["kms:Decrypt", "kms:GenerateDataKey"];

const interfaceActions = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

/** Permissions of one function. Every resource is listed by ARN, without wildcards beyond the app. */
export function functionStatements(
  context: SynthesisContext,
  declared: LambdaFunction,
  logGroupId: string,
): readonly Statement[] {
  const { manifest, options } = context;
  const { tables, events, queues, hasConnections, staticFiles } = accessOf(manifest, declared);
  const mayUseFiles = hasStaticBucket(context) ? staticFiles : "none";
  const parameters =
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${AWS::StackName}";
  const connections = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${webSocketApiId}}/${options.stage}/*/@connections/*`;
  const [read, written] = [true, false].map((isReadOnly) =>
    tables.filter((table) => table.isReadOnly === isReadOnly),
  );
  const names = new Set(tables.map(({ name }) => name));
  const keys = manifest.tables.flatMap(({ name, encrypt }) =>
    names.has(name) && typeof encrypt === "string" ? [encrypt] : [],
  );
  const arnsOf = (of: typeof tables): readonly TemplateValue[] =>
    of.flatMap(({ name }) => tableArns(manifest, name));
  const queueArns = (of: readonly string[]): readonly TemplateValue[] =>
    of.map((name) => attribute(queueLogicalId(name), "Arn"));
  const consumed = manifest.queues.filter(({ functionId }) => functionId === declared.id);
  const streams = manifest.tableStreams.filter(({ functionId }) => functionId === declared.id);
  return [
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], [attribute(logGroupId, "Arn")]),
    // Discovery, as @architect/functions does it.
    allow(
      ["ssm:GetParameter", "ssm:GetParametersByPath"],
      [sub(parameters), sub(`${parameters}/*`)],
    ),
    allow(["execute-api:ManageConnections"], hasConnections ? [sub(connections)] : []),
    // Same as Architect's functions, except for ACLs, which the bucket does not allow.
    allow(
      mayUseFiles === "write"
        ? ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        : ["s3:GetObject"],
      mayUseFiles === "none" ? [] : [sub(`\${${staticBucketId}.Arn}/*`)],
    ),
    // Without this permission, S3 responds with 403 for a missing object.
    allow(["s3:ListBucket"], mayUseFiles === "none" ? [] : [attribute(staticBucketId, "Arn")]),
    allow(tableActions, arnsOf(written ?? [])),
    allow(readActions, arnsOf(read ?? [])),
    allow(keyActions, [...new Set(keys.filter((key) => aliasOf(key) === null))].map(keyArn)),
    ...[...new Set(keys)].flatMap(aliasStatements),
    allow(
      ["sns:Publish"],
      events.map((name) => ref(topicLogicalId(name))),
    ),
    allow(["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"], queueArns(queues)),
    allow(
      [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
      ],
      queueArns(consumed.map(({ name }) => name)),
    ),
    allow(
      ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
      streams.map(({ table }) => attribute(tableLogicalId(table), "StreamArn")),
    ),
    // ListStreams does not support resource-level permissions (service authorization reference of DynamoDB).
    allow(["dynamodb:ListStreams"], streams.length > 0 ? ["*"] : []),
    ...realtimeStatements(context, declared),
    // Neither action supports resource-level permissions (service authorization reference of X-Ray).
    allow(
      ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
      declared.config.tracing ? ["*"] : [],
    ),
    // Lambda makes the interfaces as the function's role, before they have a name.
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    allow(interfaceActions, declared.config.vpc === null ? [] : ["*"]),
    allow(["sqs:SendMessage"], failedEventsArns(manifest, declared)),
    ...declared.config.allow.map(({ actions, resources }) => allow(actions, resources)),
  ].filter(({ Resource }) => Resource.length > 0);
}

/** The platform's wrappers need these permissions regardless of `@access`. */
function realtimeStatements(
  context: SynthesisContext,
  declared: LambdaFunction,
): readonly Statement[] {
  const { manifest, options } = context;
  if (!hasRealtime(manifest)) return [];
  const { id } = declared;
  const asset = options.assets.find(({ functionId }) => functionId === id);
  const isAround =
    manifest.rooms.some(({ functionId }) => functionId === id) ||
    manifest.ws?.routes.some(
      ({ routeKey, functionId }) =>
        functionId === id && (routeKey === "$connect" || routeKey === "$disconnect"),
    ) === true;
  const isNamed = declared.config.access?.hasRooms;
  const uses = isAround || (isNamed ?? asset?.usesRealtime ?? false);
  if (!uses) return [];
  return realtimePermissions(context, declared).map(([actions, resource]) =>
    allow(actions, [resource]),
  );
}

/** Resources of the app a function may use: those in its `@access`, or all. */
export function accessOf(manifest: Manifest, { config }: LambdaFunction): FunctionAccess {
  return (
    config.access ?? {
      tables: manifest.tables.map(({ name }) => ({ name, isReadOnly: false })),
      events: manifest.events.map(({ name }) => name),
      queues: manifest.queues.map(({ name }) => name),
      hasConnections: manifest.ws !== null,
      hasRooms: manifest.rooms.length > 0 || (manifest.ws?.auth.length ?? 0) > 0,
      staticFiles: manifest.static === null ? "none" : "write",
    }
  );
}

function tableArns({ tables }: Manifest, name: string): readonly TemplateValue[] {
  const id = tableLogicalId(name);
  const hasIndexes = tables.some((table) => table.name === name && table.indexes.length > 0);
  return [attribute(id, "Arn"), ...(hasIndexes ? [sub(`\${${id}.Arn}/index/*`)] : [])];
}

/** `alias/…` of a key that is named by an alias, or by the ARN of one; null for other keys. */
function aliasOf(key: string): string | null {
  return /(?:^|:)(alias\/.+)$/.exec(key)?.[1] ?? null;
}

/**
 * A policy cannot name a key by its alias: it allows the keys that have the alias when they are used
 * (https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html), and of these what
 * DynamoDB asks of them for the function alone.
 */
function aliasStatements(key: string): readonly Statement[] {
  const alias = aliasOf(key);
  if (alias === null) return [];
  const arn = key.startsWith("arn:")
    ? `${key.slice(0, -alias.length)}key/*`
    : sub("arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*");
  return [
    {
      ...allow(keyActions, [arn]),
      Condition: {
        "ForAnyValue:StringEquals": { "kms:ResourceAliases": [alias] },
        StringEquals: { "kms:ViaService": sub("dynamodb.${AWS::Region}.${AWS::URLSuffix}") },
      },
    },
  ];
}

/** A KMS key may be named by its id alone. */
function keyArn(key: string): TemplateValue {
  return key.startsWith("arn:")
    ? key
    : sub(`arn:\${AWS::Partition}:kms:\${AWS::Region}:\${AWS::AccountId}:key/${key}`);
}

function allow(actions: readonly string[], resources: readonly TemplateValue[]): Statement {
  return { Effect: "Allow", Action: actions, Resource: resources };
}
