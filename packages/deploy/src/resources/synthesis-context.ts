import type { Domain, LambdaFunction, Manifest, QueueSource } from "@arclet/manifest";
import { functionLogicalId, logicalId, webSocketApiId } from "../template/logical-ids.ts";
import { ref, sub, type TemplateBuilder, type TemplateValue } from "../template/template.ts";

export interface FunctionAsset {
  readonly functionId: string;
  /** Lambda handler string within the archive. */
  readonly handler: string;
  readonly bucket: string;
  readonly key: string;
  /** Whether its code uses rooms or revokes sessions: others get no permission to. @default false */
  readonly usesRealtime?: boolean;
}

export interface SynthesisOptions {
  readonly stage: "staging" | "production";
  readonly stackName: string;
  /** One per function of the manifest. */
  readonly assets: readonly FunctionAsset[];
  /** The variables given with `arclet env`, without their values, which are NoEcho parameters. */
  readonly environment: readonly {
    readonly name: string;
    readonly revision: string;
    /** Length of the value. */
    readonly bytes: number;
  }[];
  /** Variables from plugins; those of `arclet env` take precedence. @default none */
  readonly variables?: Readonly<Record<string, string>>;
  /** Whether the app has a folder of static files. */
  readonly hasStaticFiles: boolean;
}

export interface SynthesisContext {
  readonly manifest: Manifest;
  readonly options: SynthesisOptions;
  readonly template: TemplateBuilder;
}

/** Name of the alias of a function whose concurrency is provisioned. */
export const liveAlias = "live";

/** Properties of a log group, including its retention. */
export function retentionOf({ manifest }: SynthesisContext): { readonly RetentionInDays?: number } {
  const { logRetention } = manifest.aws;
  return logRetention === null ? {} : { RetentionInDays: logRetention };
}

/** The hosts of the stage that is deployed; null: AWS's own. */
export function domainOf({ manifest, options }: SynthesisContext): Domain | null {
  return manifest.domains[options.stage];
}

/** Target of event sources: the alias with provisioned concurrency, otherwise the function. */
export function invokedId(declared: LambdaFunction): string {
  return declared.config.provisionedConcurrency === null
    ? functionLogicalId(declared.id)
    : logicalId("Alias", declared.id);
}

/** Response types of a mapping. */
export function responseTypes({
  reportsItemFailures,
}: Pick<QueueSource, "reportsItemFailures">): Readonly<Record<string, TemplateValue>> {
  return reportsItemFailures ? { FunctionResponseTypes: ["ReportBatchItemFailures"] } : {};
}

/** ARN of what event sources invoke. */
export function invokedArn(declared: LambdaFunction): TemplateValue {
  return declared.config.provisionedConcurrency === null
    ? { "Fn::GetAtt": [functionLogicalId(declared.id), "Arn"] }
    : ref(invokedId(declared));
}

/** The function of an id the manifest names; a missing one is a bug of the manifest's reader. */
export function functionOf(manifest: Manifest, functionId: string): LambdaFunction {
  const declared = manifest.functions.find(({ id }) => id === functionId);
  if (declared === undefined) throw new Error(`the manifest has no function ${functionId}`);
  return declared;
}

/** The HTTP API exists for routes, and for static files, which it serves. */
export function hasHttpApi(context: SynthesisContext): boolean {
  return context.manifest.http !== null || hasStaticBucket(context);
}

export function hasStaticBucket(context: SynthesisContext): boolean {
  return context.manifest.static !== null && context.options.hasStaticFiles;
}

/** `@cdn` puts CloudFront before the HTTP API. */
export function hasCdn(context: SynthesisContext): boolean {
  return context.manifest.cdn && hasHttpApi(context);
}

/** `Fn::Sub` text of an invocation URI of API Gateway. */
export function integrationUri(declared: LambdaFunction): TemplateValue {
  const arn =
    declared.config.provisionedConcurrency === null
      ? `\${${functionLogicalId(declared.id)}.Arn}`
      : `\${${invokedId(declared)}}`;
  return {
    "Fn::Sub": `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
  };
}

/** URL of the WebSocket API: the stage's own host, or API Gateway's. */
export function webSocketUrl(context: SynthesisContext): TemplateValue {
  const host = domainOf(context)?.ws ?? null;
  return host === null
    ? sub(`\${${webSocketApiId}.ApiEndpoint}/${context.options.stage}`)
    : `wss://${host}`;
}
