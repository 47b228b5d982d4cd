import {
  logGroupOf,
  responseRoutesOf,
  responseRoutesVariable,
  type FunctionConfig,
  type LambdaFunction,
} from "@arclet/manifest";
import { checkFunctionLimits } from "./check-function-limits.ts";
import {
  logicalId,
  cdnId,
  environmentParameterId,
  functionLogicalId,
  httpApiId,
  queueLogicalId,
  staticBucketId,
  tableLogicalId,
  topicLogicalId,
  webSocketApiId,
} from "../template/logical-ids.ts";
import {
  domainOf,
  hasCdn,
  hasHttpApi,
  hasStaticBucket,
  invokedId,
  liveAlias,
  retentionOf,
  webSocketUrl,
  type SynthesisContext,
} from "./synthesis-context.ts";
import { serviceRole } from "../template/service-role.ts";
import { attribute, ref, sub, type TemplateValue } from "../template/template.ts";
import { realtimeEnvironment } from "./rooms.ts";
import { cookieDomain } from "./cookie-domain.ts";
import { accessOf, functionStatements } from "./permissions.ts";
import { versionDigest } from "./version-digest.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const longestDescription = 256;

/** Function, role and log group of every function of the manifest. */
export function addFunctions(context: SynthesisContext): void {
  for (const declared of context.manifest.functions) addFunction(context, declared);
}

function addFunction(context: SynthesisContext, declared: LambdaFunction): void {
  const { template, options } = context;
  const asset = options.assets.find(({ functionId }) => functionId === declared.id);
  if (asset === undefined) throw new Error(`function ${declared.id} has no asset`);
  const origin = { label: `function ${declared.id}`, location: declared.origin };
  const id = functionLogicalId(declared.id);
  const roleId = logicalId("Role", declared.id);
  const logGroupId = logicalId("LogGroup", declared.id);
  const { config } = declared;

  // The group has a name of its own (not /aws/lambda/<function>), known before the function exists:
  // otherwise the role would need the function's name and the function its role.
  template.add(
    logGroupId,
    {
      Type: "AWS::Logs::LogGroup",
      DeletionPolicy: "Delete",
      UpdateReplacePolicy: "Delete",
      Properties: {
        LogGroupName: sub(logGroupOf("${AWS::StackName}", declared.id)),
        ...retentionOf(context),
      },
    },
    origin,
  );
  const statements = functionStatements(context, declared, logGroupId);
  template.add(
    roleId,
    serviceRole({
      service: "lambda",
      statements,
      managedPolicies: config.policies,
      permissionsBoundary: context.manifest.aws.permissionsBoundary,
    }),
    origin,
  );
  const variables = environmentOf(context, declared, roleId);
  checkFunctionLimits(context, declared, variables, statements);
  const properties = {
    Description: `${context.manifest.app} ${declared.id}`.slice(0, longestDescription),
    Code: { S3Bucket: asset.bucket, S3Key: asset.key },
    Handler: asset.handler,
    Runtime: config.runtime,
    Architectures: [config.architecture],
    MemorySize: config.memory,
    Timeout: config.timeout,
    EphemeralStorage: { Size: config.storage },
    Role: attribute(roleId, "Arn"),
    LoggingConfig: { LogGroup: ref(logGroupId), ...logControls(config) },
    Environment: { Variables: variables },
    ...(config.layers.length > 0 ? { Layers: config.layers } : {}),
    ...(config.tracing ? { TracingConfig: { Mode: "Active" } } : {}),
    ...(config.vpc === null
      ? {}
      : {
          VpcConfig: {
            SubnetIds: config.vpc.subnets,
            SecurityGroupIds: config.vpc.securityGroups,
          },
        }),
    ...(config.concurrency === null ? {} : { ReservedConcurrentExecutions: config.concurrency }),
  };
  template.add(id, { Type: "AWS::Lambda::Function", Properties: properties }, origin);
  if (config.provisionedConcurrency !== null) {
    // Versions are immutable, so new code, settings or variables need a version with a new logical id.
    const revisions = config.env
      ? options.environment.map(({ name, revision }) => `${name} ${revision}`)
      : [];
    const versionId =
      logicalId("Version", declared.id) +
      versionDigest(properties, asset.key, revisions, template.resources);
    template.add(
      versionId,
      { Type: "AWS::Lambda::Version", Properties: { FunctionName: ref(id) } },
      origin,
    );
    template.add(
      invokedId(declared),
      {
        Type: "AWS::Lambda::Alias",
        Properties: {
          Name: liveAlias,
          FunctionName: ref(id),
          FunctionVersion: attribute(versionId, "Version"),
          ProvisionedConcurrencyConfig: {
            ProvisionedConcurrentExecutions: config.provisionedConcurrency,
          },
        },
      },
      origin,
    );
  }
}

/** Lambda accepts log levels only with JSON. */
function logControls({
  logFormat,
  applicationLogLevel,
  systemLogLevel,
}: FunctionConfig): Readonly<Record<string, string>> {
  if (logFormat !== "JSON") return {};
  return {
    LogFormat: logFormat,
    ...(applicationLogLevel === null ? {} : { ApplicationLogLevel: applicationLogLevel }),
    ...(systemLogLevel === null ? {} : { SystemLogLevel: systemLogLevel }),
  };
}

function environmentOf(
  context: SynthesisContext,
  declared: LambdaFunction,
  roleId: string,
): { readonly [name: string]: TemplateValue } {
  const { manifest, options } = context;
  const variables: Record<string, TemplateValue> = {
    ...(declared.config.env ? options.variables : {}),
    ARC_ENV: options.stage,
    NODE_ENV: options.stage,
    ARC_APP_NAME: manifest.app,
    ARC_ROLE: attribute(roleId, "Arn"),
    ARC_SESSION_TABLE_NAME: "jwe",
    ARC_STACK_NAME: ref("AWS::StackName"),
  };
  if (hasStaticBucket(context)) {
    variables["ARC_STATIC_BUCKET"] = ref(staticBucketId);
    variables["ARC_STATIC_SPA"] = String(manifest.static?.spa ?? false);
    const prefix = manifest.static?.prefix ?? null;
    if (prefix !== null) variables["ARC_STATIC_PREFIX"] = prefix;
  }
  // What visitors open: the only page that the generated ws-connect lets in. Neither the API nor the
  // distribution depends on a function, so this closes no circle.
  const domain = domainOf(context);
  if (domain?.http != null) {
    variables["ARC_HTTP_URL"] = `https://${domain.http}`;
    // Cookies of sessions must reach the socket too.
    variables["ARC_SESSION_DOMAIN"] = cookieDomain(domain.http, domain.ws);
  } else if (hasCdn(context)) variables["ARC_HTTP_URL"] = sub(`https://\${${cdnId}.DomainName}`);
  else if (hasHttpApi(context)) variables["ARC_HTTP_URL"] = attribute(httpApiId, "ApiEndpoint");
  if (manifest.ws !== null) {
    variables["ARC_WSS_URL"] = webSocketUrl(context);
    // Custom domains do not support IAM for posts to connections, so use API Gateway's own host.
    if (domain?.ws != null)
      variables["ARC_WS_MANAGEMENT_URL"] = sub(
        `https://\${${webSocketApiId}}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/${options.stage}`,
      );
  }
  Object.assign(variables, realtimeEnvironment(context, declared));
  const responses = responseRoutesOf(manifest, declared.id);
  if (responses !== null) variables[responseRoutesVariable] = responses;
  const { tables, events, queues } = accessOf(manifest, declared);
  for (const [variable, names, idOf] of [
    ["ARC_TABLES", tables.map(({ name }) => name), tableLogicalId],
    ["ARC_EVENTS", events, topicLogicalId],
    ["ARC_QUEUES", queues, queueLogicalId],
  ] as const)
    if (names.length > 0) variables[variable] = jsonOf(names, idOf);
  if (declared.config.env)
    for (const { name } of options.environment) variables[name] = ref(environmentParameterId(name));
  else variables["ARC_DISABLE_ENV_VARS"] = "true";
  return variables;
}

/** `{"cats":"${TableCats…}"}` for Fn::Sub; names hold no character that JSON or Sub escapes. */
function jsonOf(names: readonly string[], idOf: (name: string) => string): TemplateValue {
  return sub(JSON.stringify(Object.fromEntries(names.map((name) => [name, `\${${idOf(name)}}`]))));
}
