import type { AwsSettings, Manifest, Queue } from "./manifest.ts";

/** Region and account of AWS resources, as they appear in an ARN. */
export interface Place {
  /** `us-west-2` */
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/** Default region, as in Architect. A deploy reads the AWS configuration first. */
export const defaultRegion = "us-west-2";

/** Account id of local resources: the example account of AWS's documentation. */
export const localAccount = "123456789012";

/** Region and account that a local app presents to its functions. */
export function localPlace({ aws }: { readonly aws: Pick<AwsSettings, "region"> }): Place {
  return { region: aws.region ?? defaultRegion, account: localAccount };
}

/** https://docs.aws.amazon.com/general/latest/gr/rande.html */
export const regionPattern: RegExp = /^[a-z]{2,3}(?:-[a-z]+)+-\d{1,2}$/;

/** `aws`, `aws-cn` for China, or `aws-us-gov` for GovCloud. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

export type ArnService = "dynamodb" | "events" | "execute-api" | "lambda" | "sns" | "sqs";

/** `arn:aws:sqs:us-west-2:123456789012:jobs` */
export function arnOf(place: Place, service: ArnService, resource: string): string {
  const { region, account } = place;
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
}

/**
 * Name of a local table, topic, queue or rule. It contains `-staging-` even locally, because Architect's
 * older helpers find tables by it. CloudFormation names deployed resources, so that two stacks of one app
 * never collide.
 */
export function localName(app: string, name: string): string {
  return `${app}-staging-${name}`;
}

/** Logical to physical names of the local tables. */
export function localTableNames({
  app,
  tables,
}: Pick<Manifest, "app" | "tables">): Record<string, string> {
  return Object.fromEntries(tables.map(({ name }) => [name, localName(app, name)]));
}

/** Suffix by which SQS recognizes a FIFO queue. */
export const fifoSuffix = ".fifo";

export function localQueueName(app: string, queue: Pick<Queue, "name" | "fifo">): string {
  const name = localName(app, queue.name);
  return queue.fifo && !name.endsWith(fifoSuffix) ? `${name}${fifoSuffix}` : name;
}

/** `x` → `x-dead-letters`, `x.fifo` → `x-dead-letters.fifo`. */
export function deadLetterQueueName(queueName: string): string {
  return queueName.endsWith(fifoSuffix)
    ? `${queueName.slice(0, -fifoSuffix.length)}-dead-letters${fifoSuffix}`
    : `${queueName}-dead-letters`;
}

/** `AWS_LAMBDA_FUNCTION_NAME` of a function that runs locally. */
export function localFunctionName(app: string, functionId: string): string {
  return `${app}-testing-${functionId.replaceAll(/[^\w-]/g, "-")}`;
}

/** Log group that Lambda creates for a function without a configured one. */
export function logGroupOfFunction(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

/**
 * Log group of a deployed function, named so that it is known before the function exists. CloudWatch allows
 * letters, digits and `_-/.#`; other characters become `#` and two hex digits.
 */
export function logGroupOf(stackName: string, functionId: string): string {
  const name = functionId.replaceAll(
    /[^\w./-]/g,
    (character) => `#${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `/aws/lambda/${stackName}/${name}`;
}

export type DeployStage = "staging" | "production";

/** `EchoStaging`, `EchoProduction`, `EchoStagingPreview`: the same names as Architect, so that its stacks are found. */
export function stackNameOf(app: string, stage: DeployStage, name: string | null): string {
  return [app, stage, name ?? ""].map(pascal).join("");
}

function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
