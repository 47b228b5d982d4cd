import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";
import { DeployError } from "./errors.ts";

export interface AwsOptions {
  /** Over `AWS_REGION` and the profile's; null leaves it to the standard chain. */
  readonly region: string | null;
  /** Over `AWS_PROFILE`; null leaves it to the standard chain. */
  readonly profile: string | null;
}

/** Clients made when first asked for: `deploy --dry-run` loads none of them. */
export interface AwsClients {
  cloudFormation(): Promise<CloudFormationClient>;
  dynamoDb(): Promise<DynamoDBClient>;
  lambda(): Promise<LambdaClient>;
  logs(): Promise<CloudWatchLogsClient>;
  s3(): Promise<S3Client>;
  ssm(): Promise<SSMClient>;
  sts(): Promise<STSClient>;
  close(): Promise<void>;
}

/** The clients of one command. The SDK itself honours `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`. */
export function createAwsClients({ region, profile }: AwsOptions): AwsClients {
  const config = {
    ...(region === null ? {} : { region }),
    ...(profile === null ? {} : { profile }),
  };
  const made: { destroy(): void }[] = [];
  const lazily = <T extends { destroy(): void }>(make: () => Promise<T>): (() => Promise<T>) => {
    let client: Promise<T> | null = null;
    return () => {
      client ??= make().then((value) => {
        made.push(value);
        return value;
      });
      return client;
    };
  };
  return {
    cloudFormation: lazily(
      async () => new (await import("@aws-sdk/client-cloudformation")).CloudFormationClient(config),
    ),
    dynamoDb: lazily(
      async () => new (await import("@aws-sdk/client-dynamodb")).DynamoDBClient(config),
    ),
    lambda: lazily(async () => new (await import("@aws-sdk/client-lambda")).LambdaClient(config)),
    logs: lazily(
      async () =>
        new (await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogsClient(config),
    ),
    s3: lazily(async () => {
      const isElsewhere =
        process.env["AWS_ENDPOINT_URL"] !== undefined ||
        process.env["AWS_ENDPOINT_URL_S3"] !== undefined;
      // Another endpoint has no DNS name for each bucket.
      return new (await import("@aws-sdk/client-s3")).S3Client({
        ...config,
        forcePathStyle: isElsewhere,
      });
    }),
    ssm: lazily(async () => new (await import("@aws-sdk/client-ssm")).SSMClient(config)),
    sts: lazily(async () => new (await import("@aws-sdk/client-sts")).STSClient(config)),
    close: () => {
      for (const client of made) client.destroy();
      return Promise.resolve();
    },
  };
}

/** Names of errors, as the SDK and the services spell them. */
const expired = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "SignatureDoesNotMatch",
  "InvalidAccessKeyId",
  "TokenRefreshRequired",
]);

/** A DeployError for what its user can mend; any other error as it is. */
export function explainAwsError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DeployError) return error;
  const { name, message } = error;
  if (
    name === "CredentialsProviderError" &&
    /sso|token/i.test(message) &&
    !/Could not load/.test(message)
  )
    return new DeployError("ERR_CREDENTIALS_EXPIRED", `The AWS sign-in is over: ${message}`, {
      hints: ["Sign in again: aws sso login"],
      cause: error,
    });
  if (name === "CredentialsProviderError")
    return new DeployError("ERR_NO_CREDENTIALS", "No AWS credentials were found", {
      hints: ["Set AWS_PROFILE, name a profile under @aws, or run: aws configure"],
      cause: error,
    });
  if (expired.has(name))
    return new DeployError(
      "ERR_CREDENTIALS_EXPIRED",
      "The AWS credentials are expired or were refused",
      { hints: ["Sign in again (aws sso login), or renew the keys."], cause: error },
    );
  if (name === "AccessDenied" || name === "AccessDeniedException")
    return new DeployError("ERR_ACCESS_DENIED", message, {
      hints: ["docs/deploy.md lists the permissions a deploy needs."],
      cause: error,
    });
  if (message.startsWith("Region is missing"))
    return new DeployError("ERR_NO_REGION", "No AWS region is set", {
      hints: ["Write `region eu-central-1` under @aws, or set AWS_REGION."],
      cause: error,
    });
  if ("code" in error && (error.code === "ECONNREFUSED" || error.code === "ENOTFOUND"))
    return new DeployError("ERR_UNREACHABLE", `AWS cannot be reached: ${message}`, {
      hints: ["Is AWS_ENDPOINT_URL right, and is there a network?"],
      cause: error,
    });
  return error;
}
