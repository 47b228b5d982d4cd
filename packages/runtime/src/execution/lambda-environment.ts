import { randomBytes } from "node:crypto";
import {
  arnOf,
  localPlace,
  logGroupOfFunction,
  reservedVariables,
  type FunctionConfig,
} from "@arclet/manifest";
import type { EnvironmentOptions } from "./execution-strategy.ts";
import type { ContextTemplate } from "./handler/lambda-context.ts";

export interface LambdaEnvironmentOptions {
  readonly functionName: string;
  readonly config: FunctionConfig;
  /** Lambda's task root: the build folder. */
  readonly taskRoot: string;
  readonly handler: string;
  readonly region: string;
  /** Variables of the app and of the person; reserved ones are ignored. */
  readonly variables: { readonly [name: string]: string };
  /** When the environment starts: its log stream is named after the day. */
  readonly now: Date;
}

/** Credentials are the person's to give locally; these stand in, so that SDK clients can sign. */
const standIns = {
  AWS_ACCESS_KEY_ID: "arclet",
  AWS_SECRET_ACCESS_KEY: "arclet",
};

/** The whole `process.env` of one environment of a function, as Lambda sets it up. */
export function createLambdaEnvironment(options: LambdaEnvironmentOptions): Record<string, string> {
  const { functionName, config, taskRoot, handler, region, variables, now } = options;
  const environment: Record<string, string> = {
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    // Without it AWS's X-Ray client throws where nothing is traced.
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    AWS_LAMBDA_LOG_FORMAT: config.logFormat,
    ...(config.logFormat === "JSON"
      ? { AWS_LAMBDA_LOG_LEVEL: config.applicationLogLevel ?? "INFO" }
      : {}),
    PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    ...standIns,
  };
  for (const [name, value] of Object.entries(variables)) {
    if (!reservedVariables.has(name)) environment[name] = value;
  }
  return Object.assign(environment, {
    _HANDLER: handler,
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${config.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memory),
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOfFunction(functionName),
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName(now),
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: "/var/runtime",
  });
}

/** `2026/01/31/[$LATEST]<32 hex>` */
function logStreamName(day: Date): string {
  const date = day.toISOString().slice(0, 10).replaceAll("-", "/");
  return `${date}/[$LATEST]${randomBytes(16).toString("hex")}`;
}

/** What a handler's `context` says of its function, from the environment made above. */
export function describeContext(options: EnvironmentOptions): ContextTemplate {
  const { env, config, functionId } = options;
  const functionName = env["AWS_LAMBDA_FUNCTION_NAME"] ?? functionId;
  const place = localPlace({ aws: { region: env["AWS_REGION"] ?? null } });
  return {
    functionName,
    functionVersion: env["AWS_LAMBDA_FUNCTION_VERSION"] ?? "$LATEST",
    invokedFunctionArn: arnOf(place, "lambda", `function:${functionName}`),
    memoryLimitInMB: String(config.memory),
    logGroupName: env["AWS_LAMBDA_LOG_GROUP_NAME"] ?? logGroupOfFunction(functionName),
    logStreamName: env["AWS_LAMBDA_LOG_STREAM_NAME"] ?? "",
    timeoutMs: config.timeout * 1000,
  };
}
