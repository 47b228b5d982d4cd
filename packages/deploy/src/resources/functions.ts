import type { FunctionConfig, LambdaFunction } from "@arclet/manifest";
import { digest, logicalId } from "../template/logical-id.ts";
import {
  cdnId,
  environmentParameterId,
  functionLogicalId,
  hasCdn,
  hasHttpApi,
  hasStaticBucket,
  httpApiId,
  invokedId,
  logRetentionDays,
  queueLogicalId,
  staticBucketId,
  tableLogicalId,
  topicLogicalId,
  webSocketApiId,
  type SynthesisContext,
} from "../template/synthesis-context.ts";
import { attribute, ref, sub, type TemplateValue } from "../template/template.ts";
import { functionStatements } from "./permissions.ts";

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
        LogGroupName: sub(`/aws/lambda/\${AWS::StackName}/${declared.id}`),
        RetentionInDays: logRetentionDays,
      },
    },
    origin,
  );
  const managed = config.policies.filter((policy) => policy.startsWith("arn:"));
  template.add(
    roleId,
    {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "lambda.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        },
        Policies: [
          {
            PolicyName: "arclet",
            PolicyDocument: {
              Version: "2012-10-17",
              Statement: functionStatements(context, declared, logGroupId),
            },
          },
        ],
        ...(managed.length > 0 ? { ManagedPolicyArns: managed } : {}),
      },
    },
    origin,
  );
  template.add(
    id,
    {
      Type: "AWS::Lambda::Function",
      Properties: {
        Description: `${context.manifest.app} ${declared.id}`,
        Code: { S3Bucket: asset.bucket, S3Key: asset.key },
        Handler: asset.handler,
        Runtime: config.runtime,
        Architectures: [config.architecture],
        MemorySize: config.memory,
        Timeout: config.timeout,
        EphemeralStorage: { Size: config.storage },
        Role: attribute(roleId, "Arn"),
        LoggingConfig: { LogGroup: ref(logGroupId), ...logControls(config) },
        Environment: { Variables: environmentOf(context, declared, roleId) },
        ...(config.layers.length > 0 ? { Layers: config.layers } : {}),
        ...(config.concurrency === null
          ? {}
          : { ReservedConcurrentExecutions: config.concurrency }),
      },
    },
    origin,
  );
  if (config.provisionedConcurrency !== null) {
    // A version is immutable: new code or settings need a version of a new logical id.
    const versionId =
      logicalId("Version", declared.id) + digest(asset.key + JSON.stringify(config));
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
          Name: "live",
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

/** Lambda takes levels with JSON only. */
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
  if (hasCdn(context)) variables["ARC_HTTP_URL"] = sub(`https://\${${cdnId}.DomainName}`);
  else if (hasHttpApi(context)) variables["ARC_HTTP_URL"] = attribute(httpApiId, "ApiEndpoint");
  if (manifest.ws !== null)
    variables["ARC_WSS_URL"] = sub(`\${${webSocketApiId}.ApiEndpoint}/${options.stage}`);
  const owned = { tables: manifest.tables, events: manifest.events, queues: manifest.queues };
  if (owned.tables.length > 0)
    variables["ARC_TABLES"] = jsonOf(owned.tables, ({ name }) => tableLogicalId(name));
  if (owned.events.length > 0)
    variables["ARC_EVENTS"] = jsonOf(owned.events, ({ name }) => topicLogicalId(name));
  if (owned.queues.length > 0)
    variables["ARC_QUEUES"] = jsonOf(owned.queues, ({ name }) => queueLogicalId(name));
  if (declared.config.env)
    for (const name of options.environmentNames)
      variables[name] = ref(environmentParameterId(name));
  else variables["ARC_DISABLE_ENV_VARS"] = "true";
  return variables;
}

/** `{"cats":"${TableCats…}"}` for Fn::Sub; names hold no character that JSON or Sub escapes. */
function jsonOf<T extends { readonly name: string }>(
  items: readonly T[],
  idOf: (item: T) => string,
): TemplateValue {
  return sub(
    JSON.stringify(Object.fromEntries(items.map((item) => [item.name, `\${${idOf(item)}}`]))),
  );
}
