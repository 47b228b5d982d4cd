import type { AwsSettings, Manifest, Queue } from "./manifest.ts";

/** Where resources of AWS are: the parts of an ARN that name a place. */
export interface Place {
  /** `us-west-2` */
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/** Region of an app whose `@aws` names none, as in Architect. A deploy asks the AWS configuration first. */
export const defaultRegion = "us-west-2";

/** The account of everything local: the one that AWS's documentation uses in its examples. */
export const localAccount = "123456789012";

/** Where an app that runs locally claims to be. */
export function localPlace({ aws }: { readonly aws: Pick<AwsSettings, "region"> }): Place {
  return { region: aws.region ?? defaultRegion, account: localAccount };
}

/** https://docs.aws.amazon.com/general/latest/gr/rande.html */
export const regionPattern: RegExp = /^[a-z]{2,3}(?:-[a-z]+)+-\d{1,2}$/;

/** `aws`, and `aws-cn` or `aws-us-gov` in regions of their own. */
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
 * Name of a local table, topic, queue or rule. `staging` even locally: Architect's older helpers find
 * tables by `-staging-`. Deployed resources get their names from CloudFormation, so that two stacks of
 * one app never collide.
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

/** What the name of a FIFO queue ends with, and no other's: SQS takes a queue for FIFO by it. */
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

/** Where Lambda writes the log of a function that has no log group of its own. */
export function logGroupOfFunction(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

/**
 * Log group of a deployed function; its name is known before the function exists. CloudWatch takes
 * letters, digits and `_-/.#`: others become `#` and two hex digits.
 */
export function logGroupOf(stackName: string, functionId: string): string {
  const name = functionId.replaceAll(
    /[^\w./-]/g,
    (character) => `#${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `/aws/lambda/${stackName}/${name}`;
}

export type DeployStage = "staging" | "production";

/** `EchoStaging`, `EchoProduction`, `EchoStagingPreview`: Architect's names, so that stacks are found. */
export function stackNameOf(app: string, stage: DeployStage, name: string | null): string {
  return [app, stage, name ?? ""].map(pascal).join("");
}

function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
