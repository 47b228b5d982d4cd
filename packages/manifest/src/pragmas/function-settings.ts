import type {
  AllowedActions,
  ApplicationLogLevel,
  FunctionConfig,
  LogFormat,
  SystemLogLevel,
} from "../manifest.ts";
import type { DiagnosticLog } from "../diagnostic-log.ts";
import { lambdaIntegers } from "../rules/pragma-catalog.ts";
import { runtimeOf } from "../rules/runtimes.ts";
import { flagOf, integerOf, textOf, type Setting } from "./settings.ts";

type Draft = { -readonly [Key in keyof FunctionConfig]?: FunctionConfig[Key] };
type Read = (setting: Setting, draft: Draft) => string | null;

const integer =
  (key: keyof typeof lambdaIntegers): Read =>
  (setting, draft) => {
    const { minimum, maximum, unit } = lambdaIntegers[key];
    const value = integerOf(setting, minimum, maximum);
    if (value === null)
      return `"${key}" must be a whole number from ${minimum} to ${maximum}${unit}`;
    draft[key] = value;
    return null;
  };

const logFormats: readonly LogFormat[] = ["Text", "JSON"];
const systemLogLevels: readonly SystemLogLevel[] = ["DEBUG", "INFO", "WARN"];
const applicationLogLevels: readonly ApplicationLogLevel[] = [
  "TRACE",
  ...systemLogLevels,
  "ERROR",
  "FATAL",
];

/** Finds the written word among these, ignoring case. */
function wordOf<T extends string>(setting: Setting, words: readonly T[]): T | undefined {
  const text = textOf(setting)?.toUpperCase();
  return words.find((word) => word.toUpperCase() === text);
}

const flag =
  (key: "env" | "shared" | "views" | "bundle" | "fifo" | "tracing"): Read =>
  (setting, draft) => {
    const value = flagOf(setting);
    if (value === null) return `"${key}" must be true or false`;
    draft[key] = value;
    return null;
  };

const allowUsage =
  '"allow" must be actions and the ARNs they apply to, such as s3:GetObject arn:aws:s3:::my-bucket/*';

/** Parses actions followed by their ARNs, possibly several such groups; null when malformed. */
function readAllowed({ values }: Setting): readonly AllowedActions[] | null {
  const allowed: { actions: string[]; resources: string[] }[] = [];
  for (const { text } of values) {
    const last = allowed.at(-1);
    if (text === "*" || text.startsWith("arn:")) {
      if (last === undefined) return null;
      last.resources.push(text);
    } else if (!/^[a-z0-9-]+:[A-Za-z0-9*]+$/.test(text)) return null;
    else if (last === undefined || last.resources.length > 0)
      allowed.push({ actions: [text], resources: [] });
    else last.actions.push(text);
  }
  const isWhole = allowed.length > 0 && allowed.every(({ resources }) => resources.length > 0);
  return isWhole ? allowed : null;
}

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const mostLayers = 5;
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (default for a role)
const mostPolicies = 10;
// https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html
const mostSubnets = 16;
const mostSecurityGroups = 5;
const layerPattern = /^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:layer:[\w-]+:\d+$/;
const policyPattern = /^arn:[a-z-]+:iam::(?:aws|\d{12}):policy\/[\w+=,.@/-]+$/;
/** Longest handler string. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const longestHandler = 128;

/** Settings of `@aws` that functions have. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const lambdaSettings: Readonly<Record<string, Read>> = {
  memory: integer("memory"),
  timeout: integer("timeout"),
  storage: integer("storage"),
  concurrency: (setting, draft) =>
    textOf(setting) === "unthrottled" ? null : integer("concurrency")(setting, draft),
  provisionedConcurrency: integer("provisionedConcurrency"),
  architecture: (setting, draft) => {
    const value = textOf(setting);
    if (value !== "arm64" && value !== "x86_64") return '"architecture" must be arm64 or x86_64';
    draft.architecture = value;
    return null;
  },
  runtime: (setting, draft) => {
    const value = textOf(setting);
    if (value === null) return '"runtime" must be a name such as nodejs24.x';
    draft.runtime = runtimeOf(value);
    return null;
  },
  handler: (setting, draft) => {
    const value = textOf(setting);
    if (
      value === null ||
      !/^[^\s]+\.[^\s.]+$/.test(value) ||
      value.includes("..") ||
      value.length > longestHandler
    ) {
      return '"handler" must be a file and an export, such as index.handler';
    }
    draft.handler = value;
    return null;
  },
  layers: (setting, draft) => {
    const values = setting.values.map((value) => value.text);
    const wrong = values.find((value) => !layerPattern.test(value));
    if (wrong !== undefined)
      return `"${wrong}" is not the ARN of a layer version: arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION`;
    draft.layers = [...(draft.layers ?? []), ...values];
    return draft.layers.length > mostLayers
      ? `a function can have at most ${mostLayers} layers`
      : null;
  },
  layer: (setting, draft) => lambdaSettings["layers"]?.(setting, draft) ?? null,
  policies: (setting, draft) => {
    const values = setting.values.map((value) => value.text);
    // In Architect this grants permissions that functions always have in Arclet.
    const names = values.filter((value) => value !== "architect-default-policies");
    const wrong = names.find((value) => !policyPattern.test(value));
    if (wrong !== undefined)
      return `"${wrong}" is not the ARN of a policy: those of AWS are arn:aws:iam::aws:policy/NAME`;
    draft.policies = [...(draft.policies ?? []), ...names];
    return draft.policies.length > mostPolicies
      ? `a function can have at most ${mostPolicies} policies`
      : null;
  },
  logFormat: (setting, draft) => {
    const value = wordOf(setting, logFormats);
    if (value === undefined) return `"logFormat" must be ${logFormats.join(" or ")}`;
    draft.logFormat = value;
    return null;
  },
  applicationLogLevel: (setting, draft) => {
    const value = wordOf(setting, applicationLogLevels);
    if (value === undefined)
      return `"applicationLogLevel" must be one of ${applicationLogLevels.join(", ")}`;
    draft.applicationLogLevel = value;
    return null;
  },
  systemLogLevel: (setting, draft) => {
    const value = wordOf(setting, systemLogLevels);
    if (value === undefined) return `"systemLogLevel" must be one of ${systemLogLevels.join(", ")}`;
    draft.systemLogLevel = value;
    return null;
  },
  tracing: flag("tracing"),
  vpc: (setting, draft) => {
    const values = setting.values.map((value) => value.text);
    if (values.length === 1 && values[0] === "false") {
      draft.vpc = null;
      return null;
    }
    const subnets = values.filter((value) => /^subnet-[0-9a-f]{8,17}$/.test(value));
    const securityGroups = values.filter((value) => /^sg-[0-9a-f]{8,17}$/.test(value));
    const isWhole = subnets.length > 0 && securityGroups.length > 0;
    if (!isWhole || subnets.length + securityGroups.length !== values.length)
      return '"vpc" must be ids of subnets and of security groups (subnet-… sg-…), or false';
    if (subnets.length > mostSubnets || securityGroups.length > mostSecurityGroups)
      return `a function can have at most ${mostSubnets} subnets and ${mostSecurityGroups} security groups`;
    draft.vpc = { subnets, securityGroups };
    return null;
  },
  policy: (setting, draft) => lambdaSettings["policies"]?.(setting, draft) ?? null,
  allow: (setting, draft) => {
    const allowed = readAllowed(setting);
    if (allowed === null) return allowUsage;
    draft.allow = [...(draft.allow ?? []), ...allowed];
    return null;
  },
};

/** Settings of `@aws` in a function's `config.arc`. */
export const functionAwsSettings: Readonly<Record<string, Read>> = {
  ...lambdaSettings,
  // Architect reads it here for a queue's function; the manifest's line may set it too.
  fifo: flag("fifo"),
};

/** Settings of `@arc` in a function's `config.arc`. */
export const arcSettings: Readonly<Record<string, Read>> = {
  env: flag("env"),
  shared: flag("shared"),
  views: flag("views"),
  bundle: flag("bundle"),
  // Tells Architect not to install imported packages; Arclet bundles them, so it has no effect.
  ignoreDependencies: () => null,
};

/** Reads one setting; returns false if there is no such setting. */
export function readFunctionSetting(
  table: Readonly<Record<string, Read>>,
  setting: Setting,
  draft: Draft,
  log: DiagnosticLog,
): boolean {
  const { text, span } = setting.key;
  if (!Object.hasOwn(table, text)) return false;
  const problem = table[text]?.(setting, draft) ?? null;
  if (problem === null && text === "vpc" && draft.vpc != null)
    log.warning({
      code: "vpc-unconnected",
      text: "functions in a VPC reach @connections, the app's tables and the internet only through a NAT gateway or VPC endpoints: check that its subnets have one",
      span,
    });
  if (problem !== null) {
    log.error({
      code: "aws-setting-invalid",
      text: problem,
      span: setting.values[0]?.span ?? span,
    });
  }
  return true;
}

/** Reports combinations of settings that Lambda refuses. */
export function checkFunctionConfig(
  config: Pick<FunctionConfig, "logFormat" | "concurrency" | "provisionedConcurrency">,
  settings: readonly Setting[],
  log: DiagnosticLog,
): void {
  checkLogLevels(config, settings, log);
  const { concurrency, provisionedConcurrency } = config;
  if (concurrency === null || provisionedConcurrency === null) return;
  if (provisionedConcurrency <= concurrency) return;
  // https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
  const setting =
    settings.find(({ key }) => key.text === "provisionedConcurrency") ??
    settings.find(({ key }) => key.text === "concurrency");
  log.error({
    code: "aws-setting-invalid",
    text: `"provisionedConcurrency" must be at most "concurrency", which is ${concurrency}`,
    span: setting?.values[0]?.span ?? setting?.key.span,
  });
}

/** Reports log levels without `logFormat JSON`, which Lambda refuses. */
function checkLogLevels(
  { logFormat }: Pick<FunctionConfig, "logFormat">,
  settings: readonly Setting[],
  log: DiagnosticLog,
): void {
  if (logFormat === "JSON") return;
  for (const { key } of settings) {
    if (key.text !== "applicationLogLevel" && key.text !== "systemLogLevel") continue;
    log.error({
      code: "aws-setting-invalid",
      text: `"${key.text}" needs "logFormat JSON": Lambda filters by level in that format only`,
      span: key.span,
    });
  }
}

/** Architect's defaults. */
export const defaultFunctionConfig: FunctionConfig = Object.freeze({
  runtime: "nodejs22.x",
  architecture: "arm64",
  handler: "index.handler",
  memory: 1152,
  timeout: 5,
  storage: 512,
  concurrency: null,
  provisionedConcurrency: null,
  layers: [],
  policies: [],
  allow: [],
  access: null,
  logFormat: "Text",
  applicationLogLevel: null,
  systemLogLevel: null,
  tracing: false,
  vpc: null,
  env: true,
  shared: true,
  views: false,
  bundle: true,
});
